// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// everyNVMe has every key of NVMe.
const everyNVMe = `  a:
    nvme:
      controllers:
        fast: {serial: kdevops0, mdts: 5, ioQueues: 4, cmbSize: 16MiB, zasl: 4, writeCache: false, atomic: {dn: true, awun: 7, awupf: 3}}
        left: {subsystem: multi}
        right: {subsystem: multi, writeCache: false}
        place: {subsystem: fdp}
      subsystems:
        multi: {}
        fdp: {nqn: nqn.2019-08.org.qemu:lab, fdp: {reclaimUnitSize: 32MiB, reclaimGroups: 2, reclaimUnitHandles: 8}}
    disks:
      - {name: own, bus: nvme, size: 1GiB}
      - {name: first, bus: nvme, size: 1GiB, controller: fast}
      - {name: fifth, bus: nvme, size: 1GiB, controller: fast, nsid: 5, writeCache: true,
         atomic: {nawun: 15, nawupf: 7, nabsn: 31, nabspf: 31, nabo: 1}}
      - {name: shared, bus: nvme, size: 1GiB, subsystem: multi}
      - {name: private, bus: nvme, size: 1GiB, controller: left}
      - {name: placed, bus: nvme, size: 1GiB, subsystem: fdp, fdp: {reclaimUnitHandles: [0, 2]}}
      - {name: zones, bus: nvme, size: 1GiB, persist: false, zoned: {zoneSize: 64MiB, zoneCapacity: 48MiB, maxOpen: 4, maxActive: 8,
         crossRead: true, descriptorExtension: 64, zrwa: {size: 64KiB, granularity: 4KiB, resources: 2}}}
      - {name: dif, bus: nvme, size: 1GiB, protection: {metadataSize: 16, extended: true, type: 2, first: true, guard: 64}}
`

// TestNVMeRendering looks at what QEMU's devices are told of each key, on
// libvirts without the nvme bus and with it.
func TestNVMeRendering(t *testing.T) {
	want := map[string]string{
		"ua-nvme_fast":        "mdts=5 max_ioqpairs=4 cmb_size_mb=16 zoned.zasl=4 atomic.dn=true atomic.awun=7 atomic.awupf=3",
		"ua-nvme_left":        "subsys=ua-nvmesubsys_multi",
		"ua-nvme_right":       "subsys=ua-nvmesubsys_multi",
		"ua-nvme_place":       "subsys=ua-nvmesubsys_fdp",
		"ua-nvmesubsys_multi": "nqn=p-a:multi",
		"ua-nvmesubsys_fdp":   "nqn=lab fdp=true fdp.runs=33554432 fdp.nrg=2 fdp.nruh=8",
		"ua-fifth":            "atomic.nawun=15 atomic.nawupf=7 atomic.nabsn=31 atomic.nabspf=31 atomic.nabo=1",
		"ua-private":          "shared=false",
		"ua-placed":           "fdp.ruhs=0;2",
		"ua-zones": "zoned=true zoned.zone_size=67108864 zoned.zone_capacity=50331648 zoned.max_open=4 zoned.max_active=8" +
			" zoned.cross_read=true zoned.descr_ext_size=64 zoned.zrwas=65536 zoned.zrwafg=4096 zoned.numzrwa=2",
		"ua-dif": "ms=16 mset=1 pi=2 pil=1 pif=2",
	}
	for _, native := range []bool{false, true} {
		d := rendered(t, func(h *virt.Host) { h.NativeNVMe = native })
		assert.DeepEqual(t, nvmeProperties(d), want)
		caches := map[string]string{}
		for _, disk := range d.Devices.Disks {
			if disk.Alias != nil { // the root disk has none
				caches[disk.Alias.Name] = disk.Driver.Cache
			}
		}
		assert.Check(t, cmp.Equal(caches["ua-first"], "writethrough"), "its controller says so")
		assert.Check(t, cmp.Equal(caches["ua-fifth"], "writeback"), "it says so itself")
		assert.Check(t, cmp.Equal(caches["ua-shared"], "writethrough"), "a path of its subsystem says so")
		assert.Check(t, cmp.Equal(caches["ua-own"], ""))
	}
	old := rendered(t, func(h *virt.Host) { h.Properties = virt.Properties{"nvme-ns": {"atomic.nsfeat"}} })
	assert.Check(t, strings.HasPrefix(nvmeProperties(old)["ua-fifth"], "atomic.nsfeat=true "))
}

func rendered(t *testing.T, change func(*virt.Host)) libvirtxml.Domain {
	t.Helper()
	d := declare(t, everyNVMe)
	change(&d.Host)
	texts, err := Render(d, Observed{}, d.Declared)
	assert.NilError(t, err)
	var out libvirtxml.Domain
	assert.NilError(t, out.Unmarshal(texts["a"]))
	return out
}

// nvmeProperties are what each device of QEMU is told, less what makes it one.
func nvmeProperties(d libvirtxml.Domain) map[string]string {
	out := map[string]string{}
	for _, device := range d.QEMUOverride.Devices {
		var words []string
		for _, p := range device.Frontend.Properties {
			if p.Type != "remove" && !slices.Contains([]string{"driver", "bus", "nsid", "serial"}, p.Name) {
				words = append(words, p.Name+"="+p.Value)
			}
		}
		if len(words) > 0 {
			out[device.Alias] = strings.Join(words, " ")
		}
	}
	return out
}

// TestNVMeExamples renders the examples in both forms.
func TestNVMeExamples(t *testing.T) {
	for _, name := range []string{"nvme", "nvme-zoned", "nvme-multipath"} {
		file, err := config.Load("../../examples/" + name + "/" + config.DefaultFile)
		assert.NilError(t, err)
		var said []map[string]string
		for _, native := range []bool{false, true} {
			d := NewDesired(file, virt.Host{Arch: "x86_64", Machine: "q35", LibVersion: testLibVersion, NativeNVMe: native}, nil, SSH{User: "root"}, "machine", "v1")
			texts, err := Render(d, Observed{}, d.Declared)
			assert.NilError(t, err, name)
			var out libvirtxml.Domain
			assert.NilError(t, out.Unmarshal(texts[file.Guests[0].Name]))
			said = append(said, nvmeProperties(out))
		}
		assert.DeepEqual(t, said[0], said[1])
		assert.Check(t, len(said[0]) > 0, name)
	}
}

// properties72 are those of QEMU 7.2 that count here.
func properties72() virt.Properties {
	return virt.Properties{
		"nvme":        {"serial", "subsys", "zoned.zasl", "mdts"},
		"nvme-ns":     {"nsid", "zoned", "zoned.zrwas", "ms", "pif"},
		"nvme-subsys": {"nqn"},
	}
}

func TestNVMeLacks(t *testing.T) {
	d := declare(t, everyNVMe)
	g := d.Declared[0]
	assert.DeepEqual(t, NVMeDevices(g), []string{"nvme", "nvme-ns", "nvme-subsys"})
	old := virt.Host{Local: true, LibVersion: 9_000_000, QEMUVersion: 7_002_022, Arch: "x86_64", Emulator: "/usr/bin/qemu", Properties: properties72()}
	with := func(change func(*virt.Host)) virt.Host {
		h := old
		h.Properties = maps.Clone(old.Properties)
		change(&h)
		return h
	}
	for _, tc := range []struct {
		name string
		host virt.Host
		want []string
	}{
		{"QEMU 7.2", old, []string{
			"`disks.fifth.atomic`: atomic write limits need QEMU 10.1 or later, this is QEMU 7.2.22",
			"`disks.placed.fdp`: flexible data placement needs QEMU 8.0 or later, this is QEMU 7.2.22",
			"`nvme.controllers.fast.atomic`: atomic write limits need QEMU 9.2 or later, this is QEMU 7.2.22",
			"`nvme.subsystems.fdp.fdp`: flexible data placement needs QEMU 8.0 or later, this is QEMU 7.2.22",
		}},
		{"nothing known", with(func(h *virt.Host) { h.Properties = nil }), nil},
		{"all there", with(func(h *virt.Host) {
			h.Properties["nvme"] = append(h.Properties["nvme"], "atomic.awun")
			h.Properties["nvme-ns"] = append(h.Properties["nvme-ns"], "atomic.nawun", "fdp.ruhs")
			h.Properties["nvme-subsys"] = append(h.Properties["nvme-subsys"], "fdp")
		}), nil},
		{"no device", with(func(h *virt.Host) { h.Properties["nvme"] = nil }), []string{"`disks.own`: /usr/bin/qemu has no nvme device (use another QEMU, or `bus: virtio`)"}},
		{"old libvirt", with(func(h *virt.Host) { h.LibVersion = 8_000_000 }), []string{"`disks.own`: this libvirt has neither the nvme bus (11.5) nor <qemu:override> (8.2), one of which NVMe needs"}},
		{"another emulator", with(func(h *virt.Host) { h.Arch = "riscv64" }), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			guest := g
			if tc.name == "another emulator" {
				guest.Arch = "aarch64"
			}
			var said []string
			for _, l := range NVMeLacks(guest, tc.host) {
				said = append(said, l.Error())
			}
			assert.DeepEqual(t, said, tc.want)
		})
	}
	plain := declare(t, "  a: {disks: [{name: d, size: 1GiB}]}\n").Declared[0]
	assert.Check(t, cmp.Len(NVMeDevices(plain), 0))
	assert.Check(t, cmp.Len(NVMeLacks(plain, with(func(h *virt.Host) { h.Properties["nvme"] = nil })), 0))
}

// TestZonesStartEmpty: it is said where a guest that was there is started.
func TestZonesStartEmpty(t *testing.T) {
	const zones = "  a: {disks: [{name: z, bus: nvme, size: 1GiB, persist: false, zoned: {}}]}\n"
	for _, tc := range []upCase{
		{name: "zones created", now: zones},
		{name: "zones started", was: zones, observed: func(o Observed) Observed { return o.with("a", off) }},
		{name: "zones restarted", was: zones, now: strings.Replace(zones, "disks", "memory: 2GiB, disks", 1),
			options: func(_ Desired, o *UpOptions) { o.Restart = true }},
	} {
		t.Run(tc.name, tc.run)
	}
}
