// SPDX-License-Identifier: Apache-2.0

package domain

// Compute is processor and memory beyond their size.
type Compute struct {
	CPU CPU
	// MaxCPUs can be plugged up to; 0 for no more than there are.
	MaxCPUs int
	// CurrentMemory is what the balloon leaves the guest, in bytes; 0 for all.
	CurrentMemory uint64
	// MaxMemory is what memory and DIMMs together can be plugged up to, in
	// bytes, in so many slots; 0 for none.
	MaxMemory      uint64
	MaxMemorySlots int
	// DIMMs are memory besides Spec.Memory; they need MaxMemory.
	DIMMs   []DIMM
	Backing MemoryBacking
	// Nodes are the guest's NUMA nodes, from node 0.
	Nodes []NUMANode
	// HostNodes is where on the host the memory comes from, such as 0-1, and
	// HostNodesMode how strictly; empty: strict.
	HostNodes, HostNodesMode string
	Pins                     Pins
}

// CPU is the processor; the words are libvirt's.
type CPU struct {
	// Mode is empty for the best that the accelerator can do; Model is for
	// mode custom.
	Mode, Model string
	// Features maps a feature to its policy.
	Features map[string]string
	// Sockets and the others are 0 where nothing was said.
	Sockets, Dies, Cores, Threads int
	// NestedOn names the features of nested virtualisation that are demanded,
	// NestedOff those that are taken away.
	NestedOn, NestedOff []string
}

// DIMM is a memory module of so many bytes in a NUMA node.
type DIMM struct {
	Size uint64
	Node int
}

// MemoryBacking is how the host backs the memory; the words are libvirt's.
type MemoryBacking struct {
	// Source is empty for what the devices need.
	Source string
	// Shared is nil for what the devices need.
	Shared *bool
	// Hugepages is the size of a page in bytes; 0 for ordinary ones.
	Hugepages            uint64
	Locked, NoSharePages bool
	Allocation           string
}

// NUMANode is a NUMA node of the guest.
type NUMANode struct {
	// CPUs such as 0-3,8; empty for a node of memory only.
	CPUs   string
	Memory uint64
	// Distances by node; 0 for those that were not said.
	Distances map[int]int
	// HostNodes is where on the host this node's memory comes from.
	HostNodes string
}

// Pins bind threads of QEMU to CPUs of the host, such as 2 or 4-5.
type Pins struct {
	VCPUs     map[int]string
	Emulator  string
	IOThreads map[int]string
}
