// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"
)

// nvmeWords is a guest with every word of NVMe that QEMU 7.2 knows: controllers with and
// without words of their own, and a subsystem of two paths.
func nvmeWords() []option {
	return []option{
		with(func(s *Spec) {
			s.NVMe = NVMe{
				Controllers: []NVMeController{
					{Name: "fast", Serial: "kdevops0", MDTS: new(5), ZASL: new(4), IOQueues: 4, CMB: 16 << 20},
					{Name: "left", Serial: "paths", Subsystem: "multi", MDTS: new(9)},
					{Name: "right", Serial: "paths", Subsystem: "multi"},
				},
				Subsystems: []NVMeSubsystem{{Name: "multi", NQN: "lab:multi"}},
			}
		}),
		withNVMe("plain", sectors(4096)),
		withNVMe("tuned", onController("fast"), func(k *Disk) {
			k.OptIOSize, k.WriteCache, k.BootOrder = 65536, new(false), 2
			k.Throttle = &Throttle{TotalIopsSec: 1000}
		}),
		withNVMe("fifth", onController("fast"), withNSID(5), sectors(4096)),
		withNVMe("shared", onSubsystem("multi")),
		withNVMe("private", onController("right"), withNSID(7)),
		withNVMe("zones", withNamespace(Namespace{Zoned: &Zoned{
			ZoneSize: 1 << 20, ZoneCapacity: 768 << 10, MaxOpen: 4, MaxActive: 8, CrossRead: true, DescriptorExtension: 64,
			RandomWrite: &ZoneRandomWrite{Size: 65536, Granularity: 4096, Resources: 2},
		}})),
		withNVMe("dif", withNamespace(Namespace{Protection: &Protection{MetadataSize: 16, Extended: true, Type: 1, First: true, Guard64: true}})),
		withNVMe("meta", withNamespace(Namespace{Protection: &Protection{MetadataSize: 8}})),
	}
}

// newestNVMe is what later QEMUs add: flexible data placement and atomic writes.
func newestNVMe(nsfeat bool) []option {
	return []option{
		with(func(s *Spec) {
			s.NVMe = NVMe{
				Controllers: []NVMeController{
					{Name: "place", Serial: "place", Subsystem: "fdp"},
					{Name: "whole", Serial: "whole", Atomic: &AtomicController{DN: true, AWUN: 7, AWUPF: 3}},
				},
				Subsystems: []NVMeSubsystem{{Name: "fdp", NQN: "fdp", FDP: &FDP{ReclaimUnitSize: 32 << 20, ReclaimGroups: 2, ReclaimUnitHandles: 8}}},
			}
		}),
		withNVMe("placed", onSubsystem("fdp"), withNamespace(Namespace{ReclaimUnitHandles: []int{0, 2, 5}})),
		withNVMe("atomic", onController("whole"), withNamespace(Namespace{
			Atomic: &AtomicNamespace{NAWUN: 15, NAWUPF: 7, NABSN: 31, NABSPF: 31, NABO: 1, Switch: nsfeat},
		})),
	}
}

func onNative(s *Spec) { s.NativeNVMe = true }

func onSubsystem(name string) func(*Disk) { return func(k *Disk) { k.Subsystem = name } }

func withNSID(id int) func(*Disk) { return func(k *Disk) { k.NSID = id } }

func withNamespace(n Namespace) func(*Disk) { return func(k *Disk) { k.Namespace = n } }

// TestLayNVMe looks at what a guest is promised to see: the serial of each
// controller, and its disks by namespace id.
func TestLayNVMe(t *testing.T) {
	s := newSpec(withNVMe("a", onController("pool")), withNVMe("alone"), withDisk(Disk{Name: "v"}),
		withNVMe("b", onController("pool")), withNVMe("c", onController("named")), withNVMe("d", onController("named"), withNSID(9)),
		withNVMe("all", onSubsystem("multi")), withNVMe("one", onController("right")), withNVMe("other", onController("left")),
		with(func(s *Spec) {
			s.NVMe.Subsystems = []NVMeSubsystem{{Name: "multi"}}
			s.NVMe.Controllers = []NVMeController{
				{Name: "left", Serial: "m", Subsystem: "multi"}, {Name: "named", Serial: "SN-1"},
				{Name: "right", Serial: "m", Subsystem: "multi"}, {Name: "third", Serial: "m", Subsystem: "multi"},
			}
		}))
	got, err := layNVMe(&s)
	assert.NilError(t, err)
	var view []string
	for _, c := range got.controllers {
		line := c.Name + " " + c.Serial + ":"
		for _, n := range c.namespaces {
			line += fmt.Sprintf(" %d=%s", n.nsid, n.Name)
			if n.private {
				line += "(private)"
			}
		}
		view = append(view, line)
	}
	assert.DeepEqual(t, view, []string{
		"pool pool: 1=a 2=b", " alone: 1=alone", "named SN-1: 1=c 9=d",
		"left m: 1=all 3=other(private)", "right m: 2=one(private)", "third m:",
	})
}

func TestLayNVMeRefuses(t *testing.T) {
	subsystem := with(func(s *Spec) { s.NVMe.Subsystems = []NVMeSubsystem{{Name: "multi"}} })
	controllers := func(c ...NVMeController) option { return with(func(s *Spec) { s.NVMe.Controllers = c }) }
	many := func(s *Spec) {
		for i := range maxNamespaces + 1 {
			withNVMe(fmt.Sprintf("d%d", i), onController("a"))(s)
		}
	}
	for _, tc := range []struct {
		name   string
		option option
		want   string
	}{
		{"same id", func(s *Spec) {
			withNVMe("a", onController("c"), withNSID(2))(s)
			withNVMe("b", onController("c"))(s)
		}, `nvme controller "c": disk "b": namespace id 2 is that of disk "a"`},
		{"same id of two paths", func(s *Spec) {
			subsystem(s)
			controllers(NVMeController{Name: "l", Serial: "m", Subsystem: "multi"}, NVMeController{Name: "r", Serial: "m", Subsystem: "multi"})(s)
			withNVMe("a", onController("l"), withNSID(3))(s)
			withNVMe("b", onController("r"), withNSID(3))(s)
		}, `nvme controller "m": disk "b": namespace id 3 is that of disk "a"`},
		{"large id", withNVMe("a", onController("c"), withNSID(257)), `nvme controller "c": disk "a": namespace id 257 is not from 1 to 256`},
		{"many", many, `nvme controller "a": 257 namespaces, at most 256 fit`},
		{"no such subsystem", withNVMe("a", onSubsystem("multi")), `disk "a": subsystem "multi" has no controller`},
		{"controller of no subsystem", controllers(NVMeController{Name: "c", Serial: "c", Subsystem: "multi"}), `nvme controller "c": there is no subsystem "multi"`},
		{"serial of a subsystem", func(s *Spec) {
			subsystem(s)
			controllers(NVMeController{Name: "l", Serial: "m", Subsystem: "multi"})(s)
			withNVMe("m")(s)
		}, `nvme controller "m": the serial is taken by another controller`},
		{"name of a controller", controllers(NVMeController{Name: "a_b", Serial: "c"}), `nvme controller "a_b": name: only letters, digits and '-' make an alias of libvirt`},
		{"name of a subsystem", with(func(s *Spec) { s.NVMe.Subsystems = []NVMeSubsystem{{Name: "a_b"}} }), `nvme subsystem "a_b": name: only letters, digits and '-' make an alias of libvirt`},
		{"nqn", with(func(s *Spec) { s.NVMe.Subsystems = []NVMeSubsystem{{Name: "a", NQN: "\x01"}} }), `nvme subsystem "a": nqn: control character U+0001 in "\x01"`},
		{"error policy", withNVMe("a", func(k *Disk) { k.ErrorPolicy = "stop" }), `disk "a": error policy: nvme disks have none, those of other buses have`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSpec(tc.option)
			_, err := XML(s)
			assert.Error(t, err, fmt.Sprintf("render domain %q: %s", s.Name, tc.want))
		})
	}
}

// TestNVMeForms: both forms say the same to QEMU's devices, the properties of
// each by its id, but for what turns a virtio device into another.
func TestNVMeForms(t *testing.T) {
	for name, options := range map[string][]option{"all": nvmeWords(), "newest": newestNVMe(false)} {
		t.Run(name, func(t *testing.T) {
			native, override := saidToQEMU(t, newSpec(append(options, onNative)...)), saidToQEMU(t, newSpec(options...))
			assert.DeepEqual(t, native, override)
			assert.Assert(t, len(native) > 3)
		})
	}
}

// saidToQEMU are the properties by alias, less those of the turning.
func saidToQEMU(t *testing.T, s Spec) map[string][]string {
	t.Helper()
	doc, err := XML(s)
	assert.NilError(t, err)
	var d libvirtxml.Domain
	assert.NilError(t, d.Unmarshal(doc))
	out := map[string][]string{}
	for _, device := range d.QEMUOverride.Devices {
		for _, p := range device.Frontend.Properties {
			turning := p.Type == "remove" || strings.Contains(" driver bus nsid serial ", " "+p.Name+" ")
			if !turning {
				out[device.Alias] = append(out[device.Alias], p.Name+"="+p.Value)
			}
		}
	}
	return out
}

// TestNVMeSwitch: the word is said to the QEMU that asks for it alone.
func TestNVMeSwitch(t *testing.T) {
	for _, nsfeat := range []bool{true, false} {
		said := strings.Join(saidToQEMU(t, newSpec(newestNVMe(nsfeat)...))["ua-atomic"], " ")
		assert.Equal(t, strings.HasPrefix(said, "atomic.nsfeat=true "), nsfeat, said)
	}
}
