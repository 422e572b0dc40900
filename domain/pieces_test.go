// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"
)

// apply runs one piece on an empty domain.
func apply(t *testing.T, p piece, options ...option) libvirtxml.Domain {
	t.Helper()
	s := newSpec(options...)
	d := libvirtxml.Domain{OS: &libvirtxml.DomainOS{}, Devices: &libvirtxml.DomainDeviceList{}}
	assert.NilError(t, p(&s, &d))
	return d
}

func TestMemory(t *testing.T) {
	shared := &libvirtxml.DomainMemoryBacking{
		MemorySource: &libvirtxml.DomainMemorySource{Type: "memfd"},
		MemoryAccess: &libvirtxml.DomainMemoryAccess{Mode: "shared"},
	}
	for _, tc := range []struct {
		name    string
		option  option
		size    uint
		backing *libvirtxml.DomainMemoryBacking
	}{
		{"plain", with(func(s *Spec) { s.Memory = 3 << 30 }), 3 << 20, nil},
		{"a share needs shared memory", withShare("a", "/a"), 512 << 10, shared},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := apply(t, memory, tc.option)
			assert.DeepEqual(t, d.Memory, &libvirtxml.DomainMemory{Value: tc.size, Unit: "KiB"})
			assert.DeepEqual(t, d.MemoryBacking, tc.backing)
		})
	}
}

func TestCPU(t *testing.T) {
	for domainType, mode := range map[string]string{typeKVM: "host-passthrough", typeTCG: "maximum"} {
		t.Run(domainType, func(t *testing.T) {
			d := apply(t, cpu, with(func(s *Spec) { s.Type, s.CPUs = domainType, 3 }))
			assert.DeepEqual(t, d.CPU, &libvirtxml.DomainCPU{Mode: mode})
			assert.Equal(t, d.VCPU.Value, uint(3))
		})
	}
}

func TestDirectKernel(t *testing.T) {
	d := apply(t, directKernel, with(func(s *Spec) { s.Kernel, s.Initrd, s.Cmdline = "/k", "/i", "quiet" }))
	assert.DeepEqual(t, d.OS, &libvirtxml.DomainOS{Kernel: "/k", Initrd: "/i", Cmdline: "quiet"})
}

func TestSysinfo(t *testing.T) {
	assert.Assert(t, apply(t, sysinfo).SysInfo == nil)
	d := apply(t, sysinfo, with(func(s *Spec) {
		s.OEMStrings = []string{"a=b"}
		s.FWCfg = []FWCfgFile{{Name: "opt/x", File: "/x"}}
	}))
	assert.DeepEqual(t, d.OS.SMBios, &libvirtxml.DomainSMBios{Mode: "sysinfo"})
	assert.DeepEqual(t, d.SysInfo, []libvirtxml.DomainSysInfo{
		{SMBIOS: &libvirtxml.DomainSysInfoSMBIOS{OEMStrings: &libvirtxml.DomainSysInfoOEMStrings{Entry: []string{"a=b"}}}},
		{FWCfg: &libvirtxml.DomainSysInfoFWCfg{Entry: []libvirtxml.DomainSysInfoEntry{{Name: "opt/x", File: "/x"}}}},
	})
}

func TestNICsHaveOnePortEach(t *testing.T) {
	two := withNIC(NIC{MAC: "52:54:00:00:00:02", Bridge: "br0"})
	ports := apply(t, pciRoot, two).Devices.Controllers
	assert.DeepEqual(t, ports, []libvirtxml.DomainController{
		{Type: "pci", Index: new(uint(0)), Model: "pcie-root"},
		{Type: "pci", Index: new(uint(1)), Model: "pcie-root-port", Address: &libvirtxml.DomainAddress{PCI: &libvirtxml.DomainAddressPCI{
			Domain: new(uint(0)), Bus: new(uint(0)), Slot: new(uint(1)), Function: new(uint(0)), MultiFunction: "on"}}},
		{Type: "pci", Index: new(uint(2)), Model: "pcie-root-port", Address: pciAddress(0, 1, 1)},
	})
	interfaces := apply(t, nics, two).Devices.Interfaces
	assert.DeepEqual(t, interfaces[0].Address, pciAddress(1, 0, 0))
	assert.DeepEqual(t, interfaces[1].Address, pciAddress(2, 0, 0))
	assert.Equal(t, interfaces[0].Source.Network.Network, "lab")
	assert.Equal(t, interfaces[1].Source.Bridge.Bridge, "br0")
	// A second NIC leaves the first one's port as it was.
	assert.DeepEqual(t, ports[:2], apply(t, pciRoot).Devices.Controllers)
}

func TestRootDiskChain(t *testing.T) {
	end := &libvirtxml.DomainDiskBackingStore{}
	root := func(r RootDisk) libvirtxml.DomainDisk {
		return apply(t, rootDisk, with(func(s *Spec) { s.Root = r })).Devices.Disks[0]
	}
	assert.DeepEqual(t, root(RootDisk{Path: "/o", Base: "/b", BaseFormat: "raw"}).BackingStore, &libvirtxml.DomainDiskBackingStore{
		Format: &libvirtxml.DomainDiskFormat{Type: "raw"},
		Source: &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{
			File: "/b", SecLabel: []libvirtxml.DomainDeviceSecLabel{{Model: "dac", Relabel: "no"}},
		}},
		BackingStore: end,
	})
	assert.DeepEqual(t, root(RootDisk{Path: "/o"}).BackingStore, end)
	none := apply(t, rootDisk, with(func(s *Spec) { s.Root = RootDisk{} }))
	assert.Equal(t, len(none.Devices.Disks), 0)
}

func TestBlockIO(t *testing.T) {
	for _, tc := range []struct {
		logical, physical int
		want              *libvirtxml.DomainDiskBlockIO
	}{
		{0, 0, nil},
		{4096, 0, &libvirtxml.DomainDiskBlockIO{LogicalBlockSize: 4096, PhysicalBlockSize: 4096}},
		{0, 4096, &libvirtxml.DomainDiskBlockIO{LogicalBlockSize: 512, PhysicalBlockSize: 4096}},
		{512, 4096, &libvirtxml.DomainDiskBlockIO{LogicalBlockSize: 512, PhysicalBlockSize: 4096}},
	} {
		t.Run(fmt.Sprintf("%d over %d", tc.logical, tc.physical), func(t *testing.T) {
			assert.DeepEqual(t, blockIO(Disk{LogicalBlockSize: tc.logical, PhysicalBlockSize: tc.physical}), tc.want)
		})
	}
}

func TestTargetName(t *testing.T) {
	for n, want := range map[int]string{0: "vda", 1: "vdb", 25: "vdz", 26: "vdaa", 27: "vdab", 701: "vdzz", 702: "vdaaa"} {
		assert.Equal(t, targetName(n), want)
	}
}

func TestVirtiofsReadOnly(t *testing.T) {
	for _, tc := range []struct{ wanted, known, want bool }{
		{true, true, true}, {true, false, false}, {false, true, false},
	} {
		t.Run(fmt.Sprint(tc), func(t *testing.T) {
			d := apply(t, virtiofs, with(func(s *Spec) {
				s.Filesystems, s.ReadOnlyFilesystem = []Filesystem{{Tag: "a", Source: "/a", ReadOnly: tc.wanted}}, tc.known
			}))
			f := d.Devices.Filesystems[0]
			assert.Equal(t, f.ReadOnly != nil, tc.want)
			assert.Equal(t, f.Driver.Type+" "+f.Source.Mount.Dir+" "+f.Target.Dir, "virtiofs /a a")
		})
	}
}

func TestConsoleLog(t *testing.T) {
	want := &libvirtxml.DomainChardevLog{File: "/log", Append: "on"}
	d := apply(t, console, with(func(s *Spec) { s.ConsoleLog = "/log" }))
	assert.DeepEqual(t, d.Devices.Serials[0].Log, want)
	assert.DeepEqual(t, d.Devices.Consoles[0].Log, want)
	assert.Assert(t, apply(t, console, with(func(s *Spec) { s.ConsoleLog = "" })).Devices.Serials[0].Log == nil)
}
