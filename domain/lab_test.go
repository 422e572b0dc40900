// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// lab is a real libvirtd, private to the test run, and a folder that QEMU's
// user can read.
type lab struct {
	conn    *libvirt.Connect
	version uint32 // as libvirt counts
	dir     string
	network string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Getenv("VMPROV_LAB") != "1" {
		t.Skip("NOT RUN: needs a private libvirtd; the end-to-end stage sets VMPROV_LAB=1")
	}
	conn, err := libvirt.NewConnect("")
	assert.NilError(t, err)
	t.Cleanup(func() { _, _ = conn.Close() })
	version, err := conn.GetLibVersion()
	assert.NilError(t, err)
	// t.TempDir lies below a folder that only its owner enters.
	dir, err := os.MkdirTemp("", "vmprov-domain")
	assert.NilError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	assert.NilError(t, os.Chmod(dir, 0o755))
	l := &lab{conn: conn, version: version, dir: dir, network: "vmprov-domain-test"}
	l.makeNetwork(t)
	return l
}

// makeNetwork makes a network with no address, so no dnsmasq runs for it.
func (l *lab) makeNetwork(t *testing.T) {
	t.Helper()
	network, err := l.conn.NetworkCreateXML("<network><name>" + l.network + "</name></network>")
	assert.NilError(t, err)
	t.Cleanup(func() {
		_ = network.Destroy()
		_ = network.Free()
	})
}

// guest is a spec whose files exist: a base image, an overlay on it, and what
// the options name.
func (l *lab) guest(t *testing.T, options ...option) Spec {
	t.Helper()
	base, root := filepath.Join(l.dir, "base.qcow2"), filepath.Join(l.dir, "root.qcow2")
	l.image(t, "create", "-f", "qcow2", base, "64M")
	l.image(t, "create", "-f", "qcow2", "-b", base, "-F", "qcow2", root)
	s := newSpec(append([]option{with(func(s *Spec) {
		s.Name, s.CPUs, s.Memory = "vmprov-domain-test", 1, 128<<20
		s.Root = RootDisk{Path: root, Base: base, BaseFormat: "qcow2"}
		s.NICs[0].Network = l.network
		s.ConsoleLog = filepath.Join(l.dir, "console.log")
		s.NativeNVMe, s.ReadOnlyFilesystem = l.version >= 11_005_000, l.version >= 11_000_000
	})}, options...)...)
	for i := range s.Disks {
		k := &s.Disks[i]
		k.Path = filepath.Join(l.dir, k.Name+"."+k.Format)
		l.image(t, "create", "-f", k.Format, k.Path, "4M")
	}
	for i := range s.Filesystems {
		f := &s.Filesystems[i]
		f.Source = filepath.Join(l.dir, f.Tag)
		assert.NilError(t, os.MkdirAll(f.Source, 0o755))
	}
	return s
}

func (l *lab) image(t *testing.T, args ...string) {
	t.Helper()
	icmd.RunCommand("qemu-img", append([]string{args[0], "-q"}, args[1:]...)...).Assert(t, icmd.Success)
}

// define defines a guest that is gone at the end of the test.
func (l *lab) define(t *testing.T, s Spec) *libvirt.Domain {
	t.Helper()
	doc, err := XML(s)
	assert.NilError(t, err)
	dom, err := Define(l.conn, doc)
	assert.NilError(t, err)
	t.Cleanup(func() {
		// A guest that a test defined twice is gone by the second time.
		err := l.remove(dom)
		assert.Check(t, err == nil || errors.Is(err, libvirt.ERR_NO_DOMAIN), "%v", err)
		_ = dom.Free()
	})
	return dom
}

func (l *lab) remove(dom *libvirt.Domain) error {
	if err := Destroy(dom); err != nil {
		return err
	}
	return Undefine(dom, l.version)
}

func TestLabGuestsStart(t *testing.T) {
	l := newLab(t)
	for _, tc := range []struct {
		name    string
		options []option
	}{
		{"minimal", nil},
		{"no NIC", []option{with(func(s *Spec) { s.NICs = nil })}},
		{"one namespace", []option{withNVMe("scratch", sectors(4096))}},
		{"several namespaces", []option{
			withNVMe("one", onController("pool")), withDisk(Disk{Name: "log"}), withNVMe("two", onController("pool"), sectors(4096)),
		}},
		{"several controllers", []option{
			withNVMe("a", onController("first")), withNVMe("b", onController("first")), withNVMe("c"),
			withNVMe("d", onController("second")), withNVMe("e", onController("second")),
		}},
		{"shares", []option{withShare("results", ""), withReadOnlyShare(strings.Repeat("t", maxTag), "")}},
		{"eight NICs and their like", []option{
			withShare("results", ""), withNVMe("scratch"), withDisk(Disk{Name: "log", IOThread: OwnIOThread}),
			with(func(s *Spec) {
				for i := 2; i <= maxNICs; i++ {
					s.NICs = append(s.NICs, NIC{MAC: fmt.Sprintf("52:54:00:12:34:%02x", i), Network: s.NICs[0].Network})
				}
			}),
		}},
		{"strings and files", []option{with(func(s *Spec) {
			file := filepath.Join(filepath.Dir(s.Root.Path), "key")
			assert.NilError(t, os.WriteFile(file, []byte("secret"), 0o644))
			s.OEMStrings = []string{"io.systemd.credential:a=b, c", "x=y"}
			s.FWCfg = []FWCfgFile{{Name: "opt/io.systemd.credentials/key", File: file}}
		})}},
		{"oem strings up to the limit", []option{with(func(s *Spec) {
			s.OEMStrings = []string{strings.Repeat("x", maxOEMStringBytes-1)}
		})}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dom := l.define(t, l.guest(t, tc.options...))
			assert.NilError(t, Start(dom))
		})
	}
}

// TestLabNVMeWords starts every word of NVMe that this QEMU knows.
func TestLabNVMeWords(t *testing.T) {
	l := newLab(t)
	qemu, err := l.conn.GetVersion()
	assert.NilError(t, err)
	t.Run("all", func(t *testing.T) { assert.NilError(t, Start(l.define(t, l.guest(t, nvmeWords()...)))) })
	t.Run("newest", func(t *testing.T) {
		if qemu < 10_001_000 {
			t.Skipf("NOT STARTED: QEMU %d lacks flexible data placement or atomic writes of a namespace", qemu)
		}
		assert.NilError(t, Start(l.define(t, l.guest(t, newestNVMe(qemu < 10_002_000)...))))
	})
}

// TestLabNVMeOptions starts every combination of disk options as namespaces,
// alone on a controller and together on one: a property of virtio-blk that
// nvme lacks would fail the start.
func TestLabNVMeOptions(t *testing.T) {
	l := newLab(t)
	combinations := nvmeCombinations()
	t.Run("together", func(t *testing.T) {
		var options []option
		for _, k := range combinations {
			k.Controller = "pool"
			options = append(options, withDisk(k))
		}
		startCombinations(t, l, "nvme-ns", options)
	})
	// Each controller takes a root port, so a few dozen at a time.
	for chunk := range slices.Chunk(combinations, 24) {
		t.Run("alone from "+chunk[0].Name, func(t *testing.T) {
			var options []option
			for _, k := range chunk {
				options = append(options, withDisk(k))
			}
			startCombinations(t, l, "nvme", options)
		})
	}
}

func nvmeCombinations() []Disk {
	var out []Disk
	for _, cache := range []string{"", "default", "none", "writethrough", "writeback", "directsync", "unsafe"} {
		for _, io := range []string{"", "native", "threads", "io_uring"} {
			for i, discard := range []string{"", "ignore", "unmap"} {
				for _, readOnly := range []bool{false, true} {
					k := Disk{
						Name: fmt.Sprintf("d%d", len(out)), Bus: busNVMe, Format: []string{"qcow2", "raw"}[len(out)%2],
						Cache: cache, IO: io, Discard: discard, ReadOnly: readOnly, LogicalBlockSize: []int{0, 512, 4096}[i],
					}
					k.Serial = k.Name
					if checkIO(k) == nil {
						out = append(out, k)
					}
				}
			}
		}
	}
	return out
}

func startCombinations(t *testing.T, l *lab, driver string, options []option) {
	t.Helper()
	s := l.guest(t, options...)
	doc, err := XML(s)
	assert.NilError(t, err)
	argv, err := l.conn.DomainXMLToNative("qemu-argv", doc, 0)
	assert.NilError(t, err)
	assert.Equal(t, strings.Count(argv, `"driver":"`+driver+`"`), len(options))
	assert.NilError(t, Start(l.define(t, s)))
}

// TestLabAddressesStay defines one guest with ever more devices: its NIC must
// keep its place.
func TestLabAddressesStay(t *testing.T) {
	l := newLab(t)
	place := func(options ...option) string {
		dom := l.define(t, l.guest(t, options...))
		doc, err := InactiveXML(dom)
		assert.NilError(t, err)
		var d libvirtxml.Domain
		assert.NilError(t, d.Unmarshal(doc))
		return pciPlaces(d, d.Devices.Interfaces[0].Address.PCI)
	}
	alone := place()
	for _, tc := range []struct {
		name   string
		option option
	}{
		{"share", withShare("results", "")},
		{"disk", withDisk(Disk{Name: "log"})},
		{"nvme", withNVMe("scratch")},
		{"NIC", withNIC(NIC{MAC: "52:54:00:00:00:02", Network: l.network})},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.Equal(t, place(tc.option), alone) })
	}
}

// pciPlaces is the way from the root to a device: its address, and that of the port it is behind.
func pciPlaces(d libvirtxml.Domain, a *libvirtxml.DomainAddressPCI) string {
	out := fmt.Sprintf("%x:%x.%x", *a.Bus, *a.Slot, *a.Function)
	for _, c := range d.Devices.Controllers {
		if c.Type == "pci" && *c.Index == *a.Bus && c.Address != nil {
			p := c.Address.PCI
			out += fmt.Sprintf(" behind %x:%x.%x", *p.Bus, *p.Slot, *p.Function)
		}
	}
	return out
}

// TestLabLeavesBaseAlone is what lets guests share an image of the nix store.
func TestLabLeavesBaseAlone(t *testing.T) {
	l := newLab(t)
	s := l.guest(t)
	assert.NilError(t, os.Chmod(s.Root.Base, 0o444))
	stat := func() string {
		out, err := exec.Command("stat", "-c", "%u:%g %a", s.Root.Base).Output()
		assert.NilError(t, err)
		return string(out)
	}
	before := stat()
	dom := l.define(t, s)
	assert.NilError(t, Start(dom))
	assert.Equal(t, stat(), before)
	assert.NilError(t, Destroy(dom))
	assert.Equal(t, stat(), before)
}

// TestLabFingerprintStays holds over a whole life, and sees a hand edit.
func TestLabFingerprintStays(t *testing.T) {
	l := newLab(t)
	dom := l.define(t, l.guest(t, withShare("results", ""), withNVMe("scratch"), withDisk(Disk{Name: "log"})))
	read := func() (string, string) {
		doc, err := InactiveXML(dom)
		assert.NilError(t, err)
		sum, err := Fingerprint(doc)
		assert.NilError(t, err)
		return doc, sum
	}
	doc, first := read()
	same := func(what string, err error) {
		t.Helper()
		assert.NilError(t, err, what)
		now, sum := read()
		assert.Equal(t, sum, first, "%s: %v", what, Difference(doc, now))
	}
	same("start", Start(dom))
	same("metadata", SetMetadata(dom, "m", "urn:example:mark", "<guest/>"))
	same("metadata", SetMetadata(dom, "m", "urn:example:mark", "<guest a='b'/>"))
	same("destroy", Destroy(dom))
	same("destroy again", Destroy(dom))
	_, err := Define(l.conn, doc)
	same("redefine", err)

	for _, tc := range []struct {
		name string
		edit func() error
		want []string
	}{
		{"setmem", func() error { return dom.SetMemoryFlags(64<<10, libvirt.DOMAIN_MEM_CONFIG) },
			[]string{"currentMemory: 131072 -> 65536 KiB"}},
		{"setvcpus", func() error {
			return dom.SetVcpusFlags(2, libvirt.DOMAIN_VCPU_CONFIG|libvirt.DOMAIN_VCPU_MAXIMUM)
		}, []string{"vcpu: 1 -> 2", "vcpu: current: unset -> 1"}},
		{"detach-disk", func() error {
			return dom.DetachDeviceFlags("<disk type='file' device='disk'><source file='"+filepath.Join(l.dir, "log.qcow2")+
				"'/><target dev='vdb' bus='virtio'/></disk>", libvirt.DOMAIN_DEVICE_MODIFY_CONFIG)
		}, []string{"disk log (vdb) removed"}},
		{"attach-interface", func() error {
			return dom.AttachDeviceFlags("<interface type='network'><mac address='52:54:00:00:00:09'/><source network='"+l.network+
				"'/><model type='virtio'/></interface>", libvirt.DOMAIN_DEVICE_MODIFY_CONFIG)
		}, []string{"interface 52:54:00:00:00:09 added"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.NilError(t, tc.edit())
			now, sum := read()
			assert.Check(t, sum != first)
			assert.DeepEqual(t, Difference(doc, now), tc.want)
			_, err := Define(l.conn, doc)
			assert.NilError(t, err)
		})
	}
}
