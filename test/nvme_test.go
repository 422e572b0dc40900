// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"libvirt.org/go/libvirtxml"
)

// forms has NVMe in each form, beside a virtio disk and both kinds of share. On
// pool: three namespaces with ids of their own; zones: a zoned one; multi: a
// subsystem with two paths; dif: one with protection information.
const forms = `guests:
  a:
    memory: MEMORY
    nvme:
      controllers:
        pool: {serial: kdevops0, mdts: 5, ioQueues: 2, cmbSize: 16MiB}
        left: {subsystem: multi}
        right: {subsystem: multi}
      subsystems:
        multi: {}
    disks:
      - {name: small, bus: nvme, controller: pool, size: 64MiB}
      - {name: big, bus: nvme, controller: pool, size: 128MiB, logicalBlockSize: 4096, discardGranularity: 64KiB}
      - {name: fifth, bus: nvme, controller: pool, nsid: 5, size: 16MiB, physicalBlockSize: 4096, writeCache: false, throttle: {totalIopsSec: 5000}}
      - {name: single, bus: nvme, size: 32MiB, serial: LAB-0001, filesystem: {type: ext4}, target: /mnt/single}
      - {name: data, bus: virtio, size: 96MiB, serial: data-serial}
      - {name: zones, bus: nvme, size: 64MiB, persist: false, zoned: {zoneSize: 16MiB, zoneCapacity: 12MiB, maxOpen: 3, maxActive: 4,
         zrwa: {size: 64KiB, granularity: 4KiB, resources: 2}}}
      - {name: shared, bus: nvme, size: 48MiB, subsystem: multi}
      - {name: mine, bus: nvme, size: 24MiB, controller: right}
      - {name: dif, bus: nvme, size: 26MiB, protection: {metadataSize: 8, type: 1}}
NEWEST    shares:
      - {tag: out, source: ./share, target: /mnt/out}
      - {tag: in, source: ./in, target: /mnt/in, readOnly: true}
`

// newest is what later QEMUs have besides; the guest's kernel does not show it.
const newest = `      - {name: placed, bus: nvme, size: 64MiB, subsystem: place, fdp: {reclaimUnitHandles: [0, 3]}}
      - {name: whole, bus: nvme, size: 16MiB, controller: tearless, atomic: {nawun: 15, nawupf: 15}}
`

// withNewest adds it to a configuration.
func withNewest(yaml string) string {
	yaml = strings.Replace(yaml, "NEWEST", newest, 1)
	yaml = strings.Replace(yaml, "        left:", "        fdp: {subsystem: place}\n        tearless: {atomic: {dn: true, awun: 7, awupf: 7}}\n        left:", 1)
	return strings.Replace(yaml, "        multi: {}", "        multi: {}\n        place: {fdp: {reclaimUnitSize: 16MiB, reclaimUnitHandles: 4}}", 1)
}

func formsWith(memory string, native bool) string {
	yaml := strings.Replace(forms, "MEMORY", memory, 1)
	if native {
		return withNewest(yaml)
	}
	return strings.Replace(yaml, "NEWEST", "", 1)
}

// TestNVMe: a guest cannot tell how its libvirt does NVMe. The same is seen in
// it with <qemu:override> and with a native bus (make test-sid).
func TestNVMe(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	assert.NilError(t, os.Mkdir(p.path("in"), 0o755))
	writeFile(t, p.path("in", "word"), "from the host\n")
	p.configure(t, formsWith("256MiB", true))
	native := p.hasNativeNVMe(t)
	t.Logf("the nvme bus is native: %t\n%s", native, virsh(t, "version"))

	t.Run("lacks", func(t *testing.T) { p.saysWhatQEMULacks(t, native) })
	p.configure(t, formsWith("256MiB", native))
	t.Run("form", func(t *testing.T) { p.rendersNVMe(t, native) })
	p.must(t, "up")
	t.Run("inside", func(t *testing.T) { p.seesNVMe(t, native) })
	t.Run("features", func(t *testing.T) { p.seesNVMeFeatures(t) })
	t.Run("in QEMU", func(t *testing.T) { p.asksQEMU(t, native) })
	t.Run("shares", func(t *testing.T) { p.sharesBothWays(t, native) })
	t.Run("messages", func(t *testing.T) { p.isNotDeprecated(t) })
	t.Run("again", func(t *testing.T) { p.changesNothingOf(t, "a") })
	t.Run("memory", func(t *testing.T) { p.leavesMemoryPending(t, native) })

	p.ssh(t, "a", "echo kept >/mnt/single/word && echo lost >/root/word && sync")
	p.must(t, "recycle")
	t.Run("recycled", func(t *testing.T) {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /mnt/single/word; ls /root"), "kept"))
		p.seesNVMe(t, native)
		p.changesNothingOf(t, "a")
	})
}

// hasNativeNVMe is what doctor says, and it must be what libvirt says.
func (p *project) hasNativeNVMe(t *testing.T) bool {
	t.Helper()
	var checks []struct{ Name, Level, Detail string }
	out := icmd.RunCmd(p.command("--json", "doctor")).Stdout() // it may fail for want of something else
	assert.NilError(t, json.Unmarshal([]byte(out), &checks), out)
	said := ""
	for _, c := range checks {
		t.Logf("doctor: %s %s: %s", c.Level, c.Name, c.Detail)
		if c.Name == "nvme" {
			said = c.Level + ": " + c.Detail
		}
	}
	native := strings.Contains(virsh(t, "domcapabilities", "--machine", "q35"), "<value>nvme</value>")
	want := "ok: by <qemu:override>, as this libvirt has no nvme bus"
	if native {
		want = "ok: libvirt has the nvme bus"
	}
	assert.Check(t, native || os.Getenv("VMPROV_SID") == "", "the libvirt of sid has lost its nvme bus")
	assert.Equal(t, said, want)
	return native
}

// rendersNVMe looks at what `vmprov xml` would define, and holds it to libvirt's schema.
func (p *project) rendersNVMe(t *testing.T, native bool) {
	text := p.must(t, "xml", "a")
	writeFile(t, p.path("a.xml"), text)
	icmd.RunCommand("virt-xml-validate", p.path("a.xml"), "domain").Assert(t, icmd.Success)
	var d libvirtxml.Domain
	assert.NilError(t, d.Unmarshal(text))
	serials, targets := []string{}, []string{}
	for _, c := range d.Devices.Controllers {
		if c.NVME != nil {
			serials = append(serials, c.NVME.Serial)
		}
	}
	for _, disk := range d.Devices.Disks {
		targets = append(targets, disk.Target.Bus+" "+disk.Target.Dev)
	}
	assert.Assert(t, d.QEMUOverride != nil)
	turned := 0
	for _, device := range d.QEMUOverride.Devices {
		for _, property := range device.Frontend.Properties {
			if property.Name == "driver" {
				turned++
			}
		}
	}
	virtio := []string{"virtio vda", "virtio vdb"}
	if !native {
		assert.Check(t, cmp.Len(serials, 0))
		assert.Check(t, cmp.Equal(turned, 15), "eight disks, six controllers and a subsystem")
		assert.Check(t, cmp.DeepEqual(targets, append(virtio, "scsi sda", "scsi sdb", "scsi sdc", "scsi sdd",
			"scsi sde", "scsi sdf", "scsi sdg", "scsi sdh")))
		return
	}
	assert.Check(t, cmp.Equal(turned, 2), "the subsystems alone")
	assert.Check(t, cmp.DeepEqual(serials, []string{"kdevops0", "LAB-0001", "zones", "multi", "multi", "dif", "place", "tearless"}))
	assert.Check(t, cmp.DeepEqual(targets, append(virtio, "nvme nvme0n1", "nvme nvme0n2", "nvme nvme0n5", "nvme nvme1n1",
		"nvme nvme2n1", "nvme nvme3n1", "nvme nvme4n2", "nvme nvme5n1", "nvme nvme6n1", "nvme nvme7n1")))
}

// saysWhatQEMULacks: a QEMU that cannot is known before anything is made.
func (p *project) saysWhatQEMULacks(t *testing.T, native bool) {
	if native {
		return // its QEMU has all there is
	}
	assert.Check(t, cmp.Contains(p.must(t, "plan"), "`nvme.subsystems.place.fdp`: flexible data placement needs QEMU 8.0 or later, this is QEMU 7."))
}

// seesNVMe asks the guest. Controllers are numbered as they are found, so only
// serial and namespace id lead to a disk. A subsystem's paths are hidden.
func (p *project) seesNVMe(t *testing.T, native bool) {
	t.Helper()
	const attributes = `for n in /sys/block/nvme*n*; do
		[ $(cat $n/hidden) = 1 ] ||
		echo $(xargs <$n/device/serial) $(cat $n/nsid $n/queue/logical_block_size $n/queue/physical_block_size $n/size $n/queue/zoned)
	done | sort`
	namespaces := []string{
		"LAB-0001 1 512 512 65536 none",
		"dif 1 512 512 52428 none", // 8 bytes of metadata a block
		"kdevops0 1 512 512 131072 none", "kdevops0 2 4096 4096 262144 none", "kdevops0 5 512 512 32768 none",
		"multi 1 512 512 98304 none", "multi 2 512 512 49152 none",
		"zones 1 512 512 131072 host-managed",
	}
	if native {
		namespaces = append(namespaces, "place 1 512 512 131072 none", "tearless 1 512 512 32768 none")
		slices.Sort(namespaces)
	}
	for _, tc := range []struct{ what, command, want string }{
		{"namespaces", attributes, strings.Join(namespaces, "\n")},
		{"links", "ls /dev/disk/by-id | grep -E '^nvme-QEMU_NVMe_Ctrl_(LAB|kdev|multi)'", strings.Join([]string{
			"nvme-QEMU_NVMe_Ctrl_LAB-0001", "nvme-QEMU_NVMe_Ctrl_LAB-0001_1",
			"nvme-QEMU_NVMe_Ctrl_kdevops0", "nvme-QEMU_NVMe_Ctrl_kdevops0_1", "nvme-QEMU_NVMe_Ctrl_kdevops0_2", "nvme-QEMU_NVMe_Ctrl_kdevops0_5",
			"nvme-QEMU_NVMe_Ctrl_multi", "nvme-QEMU_NVMe_Ctrl_multi_1", "nvme-QEMU_NVMe_Ctrl_multi_2",
		}, "\n")},
		{"mount", "test $(readlink -f $(findmnt -no SOURCE /mnt/single)) = $(readlink -f /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_LAB-0001_1) && echo same", "same"},
		{"virtio", "cat /sys/block/vdb/serial", "data-serial"},
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", tc.command), tc.want), tc.what)
	}
}

// seesNVMeFeatures asks the guest for what its kernel shows of each feature.
func (p *project) seesNVMeFeatures(t *testing.T) {
	of := func(serial string) string {
		return "cd /sys/block/$(basename $(readlink /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_" + serial + "))"
	}
	for _, tc := range []struct{ what, command, want string }{
		{"128 KiB by mdts, against QEMU's default", of("kdevops0_1") + "; cat queue/max_hw_sectors_kb; " + of("LAB-0001_1") + "; cat queue/max_hw_sectors_kb", "128\n512"},
		{"controller memory buffer in the third BAR", of("kdevops0_1") + "; set -- $(sed -n 3p device/device/resource); echo $(($2 - $1 + 1))", "16777216"},
		{"zones", of("zones_1") + "; cat queue/zoned queue/chunk_sectors queue/nr_zones queue/max_open_zones queue/max_active_zones", "host-managed\n32768\n4\n3\n4"},
		{"protection information", of("dif_1") + "; cat integrity/format integrity/tag_size", "T10-DIF-TYPE1-CRC\n2"},
		{"paths of the shared namespace", "grep -l ^multi /sys/block/nvme*c*n1/device/serial | wc -l; cat /sys/class/nvme-subsystem/*/subsysnqn | grep -c '^nqn.2019-08.org.qemu:" + p.domain("a") + ":multi$'", "2\n1"},
		{"path of the other one", "grep -l ^multi /sys/block/nvme*c*n2/device/serial | wc -l", "1"},
		{"writes to both", "for n in 1 2; do dd if=/dev/urandom of=/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_multi_$n bs=64k count=1 oflag=direct 2>&1 | grep -c 'records out'; done", "1\n1"},
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", tc.command), tc.want), tc.what)
	}
}

// asksQEMU asks QEMU what no kernel shows: the cache that it writes through,
// and what later QEMUs have.
func (p *project) asksQEMU(t *testing.T, native bool) {
	monitor := func(command string, result any) {
		t.Helper()
		out := virsh(t, "qemu-monitor-command", p.domain("a"), command)
		assert.NilError(t, json.Unmarshal([]byte(out), &struct{ Return any }{result}), out)
	}
	var blocks []struct {
		QDev     string
		Inserted struct{ Cache struct{ WriteBack bool } }
	}
	monitor(`{"execute": "query-block"}`, &blocks)
	written := map[string]bool{}
	for _, b := range blocks {
		written[filepath.Base(b.QDev)] = b.Inserted.Cache.WriteBack
	}
	assert.Check(t, cmp.Equal(written["ua-small"], true), "%v", written)
	_, there := written["ua-fifth"]
	assert.Check(t, there && !written["ua-fifth"], "%v", written)
	var target string
	for _, line := range strings.Split(virsh(t, "domblklist", p.domain("a")), "\n") {
		if strings.Contains(line, ".fifth.") {
			target = strings.Fields(line)[0]
		}
	}
	assert.Check(t, cmp.Contains(virsh(t, "blkdeviotune", p.domain("a"), target), "total_iops_sec : 5000"))
	assert.Check(t, cmp.Contains(virsh(t, "domblkstat", p.domain("a"), target), "rd_bytes"))
	properties := map[string]any{"ua-nvme_pool max_ioqpairs": 2.0, "ua-zones zoned.zrwas": 65536.0, "ua-zones zoned.zone_capacity": float64(12 << 20)}
	if native {
		maps.Copy(properties, map[string]any{
			"ua-nvmesubsys_place fdp": true, "ua-nvmesubsys_place fdp.nruh": 4.0, "ua-nvmesubsys_place fdp.runs": float64(16 << 20), "ua-placed fdp.ruhs": "0;3",
			"ua-nvme_tearless atomic.awun": 7.0, "ua-nvme_tearless atomic.dn": true, "ua-whole atomic.nawupf": 15.0,
		})
	}
	for property, want := range properties {
		device, name, _ := strings.Cut(property, " ")
		var got any
		monitor(`{"execute": "qom-get", "arguments": {"path": "/machine/peripheral/`+device+`", "property": "`+name+`"}}`, &got)
		assert.Check(t, cmp.DeepEqual(got, want), property)
	}
}

// sharesBothWays: the read-only share refuses a guest that mounts it for
// writing only where libvirt has virtiofsd refuse it.
func (p *project) sharesBothWays(t *testing.T, refused bool) {
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /mnt/in/word"), "from the host"))
	p.ssh(t, "a", "echo from the guest >/mnt/out/word")
	assert.Check(t, cmp.Equal(readFile(t, p.path("share", "word")), "from the guest\n"))
	const write = "touch /mnt/in/new 2>&1 && echo written; true"
	assert.Check(t, cmp.Contains(p.ssh(t, "a", write), "Read-only file system"))
	p.ssh(t, "a", "mount -o remount,rw /mnt/in")
	if refused {
		assert.Check(t, cmp.Contains(p.ssh(t, "a", write), "Read-only file system"), "the host lets the guest write")
		assert.Check(t, !exists(p.path("in", "new")))
	} else {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", write), "written"), "this libvirt refuses it after all")
	}
}

// isNotDeprecated looks at what libvirt and QEMU remark on a running guest.
func (p *project) isNotDeprecated(t *testing.T) {
	messages := virsh(t, "dominfo", p.domain("a"))
	assert.Check(t, !strings.Contains(messages, "deprecated"), messages)
	log := readFile(t, "/var/log/libvirt/qemu/"+p.domain("a")+".log")
	for line := range strings.Lines(log) {
		assert.Check(t, !strings.Contains(line, "warning:") && !strings.Contains(line, "deprecated"), line)
	}
}

// changesNothingOf runs a second up.
func (p *project) changesNothingOf(t *testing.T, guest string) {
	t.Helper()
	before := p.footprint(t, guest)
	assert.Check(t, cmp.Equal(p.must(t, "up"), p.Name+": no changes, 1 guest\n"))
	assert.Check(t, cmp.Equal(p.must(t, "plan"), guest+": unchanged\n"))
	assert.Check(t, cmp.DeepEqual(p.footprint(t, guest), before))
}

// leavesMemoryPending: the running guest is not interrupted.
func (p *project) leavesMemoryPending(t *testing.T, native bool) {
	pid := p.pid(t, "a")
	p.configure(t, formsWith("320MiB", native))
	assert.Check(t, cmp.Contains(p.must(t, "plan"), "memory: 256MiB -> 320MiB (next boot)"))
	p.must(t, "up")
	assert.Check(t, cmp.Contains(p.must(t, "plan"), "pending until its next boot: memory"))
	assert.Check(t, cmp.Equal(p.pid(t, "a"), pid))
}
