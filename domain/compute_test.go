// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirtxml"
)

func withCompute(change func(*Compute)) option {
	return with(func(s *Spec) { change(&s.Compute) })
}

// richCompute has every key of processor and memory that lives with the others.
func richCompute() Compute {
	return Compute{
		CPU: CPU{
			Model: "EPYC-Milan", Features: map[string]string{"x2apic": "require", "avx2": "disable"},
			Sockets: 2, Dies: 1, Cores: 2, Threads: 2, NestedOn: []string{"svm"},
		},
		MaxCPUs: 8, CurrentMemory: 256 << 20,
		MaxMemory: 2 << 30, MaxMemorySlots: 4, DIMMs: []DIMM{{Size: 128 << 20}, {Size: 256 << 20, Node: 1}},
		Backing: MemoryBacking{Hugepages: 2 << 20, Locked: true, NoSharePages: true, Allocation: "immediate"},
		Nodes: []NUMANode{
			{CPUs: "0-3", Memory: 256 << 20, Distances: map[int]int{0: 10, 1: 21}, HostNodes: "0"},
			{CPUs: "4-7", Memory: 256 << 20, Distances: map[int]int{0: 21, 1: 10}},
		},
		HostNodes: "0", HostNodesMode: "preferred",
		Pins: Pins{VCPUs: map[int]string{0: "0", 7: "0-1"}, Emulator: "1", IOThreads: map[int]string{1: "0"}},
	}
}

func TestCPUModes(t *testing.T) {
	for _, tc := range []struct {
		name string
		kind string
		cpu  CPU
		want libvirtxml.DomainCPU
	}{
		{"kvm", typeKVM, CPU{}, libvirtxml.DomainCPU{Mode: "host-passthrough"}},
		{"tcg", typeTCG, CPU{}, libvirtxml.DomainCPU{Mode: "maximum"}},
		{"mode", typeKVM, CPU{Mode: "host-model"}, libvirtxml.DomainCPU{Mode: "host-model"}},
		{"model", typeKVM, CPU{Model: "EPYC"}, libvirtxml.DomainCPU{
			Mode: "custom", Match: "exact", Model: &libvirtxml.DomainCPUModel{Fallback: "forbid", Value: "EPYC"},
		}},
		{"features in their order, and what is said holds", typeTCG, CPU{
			Features: map[string]string{"svm": "optional", "avx2": "disable"}, NestedOff: []string{"svm", "vmx"},
		}, libvirtxml.DomainCPU{Mode: "maximum", Features: []libvirtxml.DomainCPUFeature{
			{Policy: "disable", Name: "avx2"}, {Policy: "optional", Name: "svm"}, {Policy: "disable", Name: "vmx"},
		}}},
		{"topology", typeTCG, CPU{Cores: 2}, libvirtxml.DomainCPU{Mode: "maximum",
			Topology: &libvirtxml.DomainCPUTopology{Sockets: 1, Cores: 2, Threads: 1}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := apply(t, cpu, with(func(s *Spec) { s.Type, s.Compute.CPU = tc.kind, tc.cpu }))
			assert.DeepEqual(t, *d.CPU, tc.want)
		})
	}
}

func TestCPUsThatCanBePlugged(t *testing.T) {
	d := apply(t, cpu, withCompute(func(c *Compute) { c.MaxCPUs = 8 }))
	assert.DeepEqual(t, d.VCPU, &libvirtxml.DomainVCPU{Placement: "static", Current: 2, Value: 8})
	d = apply(t, cpu, withCompute(func(c *Compute) { c.MaxCPUs = 2 }))
	assert.DeepEqual(t, d.VCPU, &libvirtxml.DomainVCPU{Placement: "static", Value: 2})
}

func TestMemoryBacking(t *testing.T) {
	yes, no := true, false
	memfd, shared := &libvirtxml.DomainMemorySource{Type: "memfd"}, &libvirtxml.DomainMemoryAccess{Mode: "shared"}
	for _, tc := range []struct {
		name   string
		given  MemoryBacking
		shares bool
		want   *libvirtxml.DomainMemoryBacking
	}{
		{"nothing", MemoryBacking{}, false, nil},
		{"a share", MemoryBacking{}, true, &libvirtxml.DomainMemoryBacking{MemorySource: memfd, MemoryAccess: shared}},
		{"a share on files", MemoryBacking{Source: "file"}, true,
			&libvirtxml.DomainMemoryBacking{MemorySource: &libvirtxml.DomainMemorySource{Type: "file"}, MemoryAccess: shared}},
		{"shared without a share", MemoryBacking{Shared: &yes}, false,
			&libvirtxml.DomainMemoryBacking{MemorySource: memfd, MemoryAccess: shared}},
		{"memfd of one's own", MemoryBacking{Source: "memfd", Shared: &no}, false,
			&libvirtxml.DomainMemoryBacking{MemorySource: memfd, MemoryAccess: &libvirtxml.DomainMemoryAccess{Mode: "private"}}},
		{"huge pages", MemoryBacking{Hugepages: 1 << 30}, false, &libvirtxml.DomainMemoryBacking{
			MemoryHugePages: &libvirtxml.DomainMemoryHugepages{Hugepages: []libvirtxml.DomainMemoryHugepage{{Size: 1 << 20, Unit: "KiB"}}}}},
		{"locked", MemoryBacking{Locked: true}, false, &libvirtxml.DomainMemoryBacking{MemoryLocked: &libvirtxml.DomainMemoryLocked{}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := memoryBacking(tc.given, tc.shares)
			assert.NilError(t, err)
			assert.DeepEqual(t, got, tc.want)
		})
	}
}

// TestMemoryThatGrowsHasANode: QEMU plugs memory only into a NUMA node.
func TestMemoryThatGrowsHasANode(t *testing.T) {
	d := render(t, withCompute(func(c *Compute) {
		c.MaxCPUs, c.MaxMemory, c.MaxMemorySlots, c.DIMMs = 4, 2<<30, 2, []DIMM{{Size: 64 << 20}}
	}))
	assert.DeepEqual(t, d.CPU.Numa.Cell, []libvirtxml.DomainCell{{ID: new(uint(0)), CPUs: "0-3", Memory: 512 << 10, Unit: "KiB"}})
	assert.Equal(t, d.Memory.Value, uint(576<<10))
	assert.DeepEqual(t, d.MaximumMemory, &libvirtxml.DomainMaxMemory{Value: 2 << 20, Unit: "KiB", Slots: 2})
	assert.Equal(t, d.Devices.Memorydevs[0].Target.Size.Value, uint(64<<10))
	assert.Assert(t, render(t).CPU.Numa == nil)
}

func TestComputeRefuses(t *testing.T) {
	no := false
	for _, tc := range []struct {
		name   string
		option option
		want   string
	}{
		{"more CPUs than can be", withCompute(func(c *Compute) { c.MaxCPUs = 1 }), `cpus 2: more than the 1 that can be plugged up to`},
		{"model of a mode", withCompute(func(c *Compute) { c.CPU.Mode, c.CPU.Model = "host-model", "EPYC" }), `cpu: mode host-model takes no model`},
		{"custom without model", withCompute(func(c *Compute) { c.CPU.Mode = "custom" }), `cpu: mode custom needs a model`},
		{"topology", withCompute(func(c *Compute) { c.CPU.Threads = 3 }), `cpu: a topology of 3 CPUs does not fit the 2 of the guest`},
		{"balloon above memory", withCompute(func(c *Compute) { c.CurrentMemory = 1 << 30 }),
			`current memory 1073741824 bytes is not a multiple of 1 KiB up to the memory, 536870912 bytes`},
		{"module without slots", withCompute(func(c *Compute) { c.DIMMs = []DIMM{{Size: 1 << 20}} }), `dimms: there is no maximum of memory with slots for them`},
		{"maximum below memory", withCompute(func(c *Compute) { c.MaxMemory = 1 << 20 }),
			`max memory 1048576 bytes is not a multiple of 1 KiB from memory and modules on, 536870912 bytes`},
		{"more modules than slots", withCompute(func(c *Compute) {
			c.MaxMemory, c.DIMMs = 2<<30, []DIMM{{Size: 1 << 20}}
		}), `dimms: 1 modules for 0 slots`},
		{"odd module", withCompute(func(c *Compute) { c.MaxMemory, c.DIMMs = 2<<30, []DIMM{{Size: 7}} }), `dimm 1: 7 bytes is not a positive multiple of 1 KiB`},
		{"nodes of another sum", withCompute(func(c *Compute) { c.Nodes = []NUMANode{{Memory: 1 << 20}} }),
			`numa: the nodes have 1048576 bytes together, the guest has 536870912`},
		{"node without memory", withCompute(func(c *Compute) { c.Nodes = []NUMANode{{CPUs: "0"}} }),
			`numa node 0: memory of 0 bytes is not a positive multiple of 1 KiB`},
		{"pin of no CPU", withCompute(func(c *Compute) { c.Pins.VCPUs = map[int]string{2: "0"} }), `pin CPU 2: the guest has 0 to 1`},
		{"pin of no thread", withCompute(func(c *Compute) { c.Pins.IOThreads = map[int]string{0: "0"} }), `pin iothread 0: they count from 1`},
		{"share of private memory", func(s *Spec) { withShare("a", "/a")(s); s.Compute.Backing.Shared = &no }, `memory backing: shares need memory that is shared`},
		{"share of anonymous memory", func(s *Spec) { withShare("a", "/a")(s); s.Compute.Backing.Source = "anonymous" },
			`memory backing: anonymous memory cannot be shared`},
		{"odd huge pages", withCompute(func(c *Compute) { c.Backing.Hugepages = 7 }), `memory backing: huge pages of 7 bytes are no whole KiB`},
		{"control character", withCompute(func(c *Compute) { c.Pins.Emulator = "\x01" }), `emulatorpin: control character U+0001 in "\x01"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := XML(newSpec(tc.option))
			assert.Assert(t, cmp.Error(err, `render domain "lab-xfs": `+tc.want))
		})
	}
}
