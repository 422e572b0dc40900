// SPDX-License-Identifier: Apache-2.0

package config

const (
	// memoryBlock is what Linux takes plugged memory in (SECTION_SIZE_BITS of
	// x86, and of arm64 with pages of 4 KiB).
	memoryBlock = 128 * mebibyte
	minHugepage = Size(64 << 10)
	maxHugepage = Size(16 << 30)
)

// memory checks how much memory there is, can come, and what backs it.
func (v validator) memory(f family) {
	v.currentMemory(f)
	v.maxMemory(f)
	v.dimms(f)
	v.memoryBacking(f)
}

// memoryInAll is what a guest boots with, its modules included.
func memoryInAll(g Guest) Size {
	all := g.Memory
	for _, d := range g.DIMMs {
		all = plus(all, d.Size)
	}
	return all
}

// plus adds sizes, each of which is below maxSize, and stays there: a sum that
// came round would look small.
func plus(a, b Size) Size { return min(a, maxSize) + min(b, maxSize) }

func (v validator) currentMemory(f family) {
	at, current := f.at("currentMemory"), f.spec.CurrentMemory
	switch all := memoryInAll(f.spec); {
	case !f.layout.said(at):
	case current < minMemory:
		v.value(at, "must be at least %s, got %s", minMemory, current)
	case current%mebibyte != 0:
		v.value(at, "must be a multiple of 1MiB, got %s", current)
	case current > all && !v.isBroken(f.at("memory")):
		v.value(at, "must not be more than the guest's memory %s, got %s", all, current)
	}
}

func (v validator) maxMemory(f family) {
	most := f.spec.MaxMemory
	if most == nil || v.isBroken(f.at("maxMemory")) {
		return
	}
	at := f.at("maxMemory.size")
	switch all := memoryInAll(f.spec); {
	case !f.layout.said(at):
	case most.Size%mebibyte != 0:
		v.value(at, "must be a multiple of 1MiB, got %s", most.Size)
	case most.Size < all && !v.isBroken(f.at("memory")) && !v.hasBroken(f.at("dimms")):
		v.value(at, "must not be less than memory and dimms together, %s, got %s", all, most.Size)
	}
	if slots := f.at("maxMemory.slots"); f.layout.said(slots) && most.Slots < len(f.spec.DIMMs) {
		v.value(slots, "must have a slot for each of %d dimms, got %d", len(f.spec.DIMMs), most.Slots)
	}
}

// dimms checks memory modules. A guest that declares no NUMA node gets one as
// soon as it has maxMemory, which holds all of its CPUs and memory.
func (v validator) dimms(f family) {
	at := f.at("dimms")
	if len(f.spec.DIMMs) > 0 && f.spec.MaxMemory == nil && !v.isBroken(f.at("maxMemory")) {
		v.key(at, "must only be given with `maxMemory`, which says how many slots there are")
	}
	nodes := max(len(f.spec.NUMA), 1)
	for i, d := range f.spec.DIMMs {
		here := item(at, i)
		if f.layout.said(here+".size") && (d.Size == 0 || d.Size%memoryBlock != 0) {
			v.value(here+".size", "must be a multiple of %s, the block that Linux plugs in, and more than 0, got %s", memoryBlock, d.Size)
		}
		switch {
		case d.Node >= nodes && len(f.spec.NUMA) == 0:
			v.value(here+".node", "must be 0 without `numa`: the guest gets one node then, with all CPUs and memory, got %d", d.Node)
		case d.Node >= nodes:
			v.value(here+".node", "must be a NUMA node of the guest, 0 to %d, got %d", nodes-1, d.Node)
		}
	}
}

func (v validator) memoryBacking(f family) {
	if f.spec.MemoryBacking == nil || v.isBroken(f.at("memoryBacking")) {
		return
	}
	v.memorySource(f)
	v.hugepages(f)
}

// memorySource checks that memory which others map is of a kind that can be.
func (v validator) memorySource(f family) {
	b, source, shared := f.spec.MemoryBacking, f.at("memoryBacking.source"), f.at("memoryBacking.shared")
	if v.isBroken(source) || v.isBroken(shared) {
		return
	}
	// A guest without an image sees the host's store by virtiofs.
	shares := len(f.spec.Shares) > 0 || f.spec.Imageless != nil
	switch {
	case b.Source == "anonymous" && shares:
		v.value(source, "must not be anonymous in a guest with shares: virtiofsd needs memory that it can map")
	case b.Source == "anonymous" && b.Shared != nil && *b.Shared:
		v.value(source, "must not be anonymous with `shared`: only memfd and file can be mapped by others")
	}
	if shares && b.Shared != nil && !*b.Shared {
		v.value(shared, "must not be false in a guest with shares: virtiofsd needs memory that it can map")
	}
}

func (v validator) hugepages(f family) {
	b, at := f.spec.MemoryBacking, f.at("memoryBacking.hugepages")
	if !f.layout.said(at) || v.isBroken(at) {
		return
	}
	page := b.Hugepages
	if page < minHugepage || page > maxHugepage || page&(page-1) != 0 {
		v.value(at, "must be a power of two from %s to %s, such as 2MiB, got %s", minHugepage, maxHugepage, page)
		return
	}
	if b.Allocation == "ondemand" {
		v.value(f.at("memoryBacking.allocation"), "must not be ondemand with `hugepages`, which libvirt takes at the start")
	}
	if b.Source == "anonymous" {
		v.value(f.at("memoryBacking.source"), "must not be anonymous with `hugepages`, which libvirt refuses")
	}
	if len(f.spec.NUMA) == 0 && f.spec.Memory%page != 0 {
		v.value(f.at("memory"), "must be a multiple of the huge page size %s, got %s", page, f.spec.Memory)
	}
	for i, n := range f.spec.NUMA {
		if n.Memory%page != 0 {
			v.value(item(f.at("numa"), i)+".memory", "must be a multiple of the huge page size %s, got %s", page, n.Memory)
		}
	}
	for i, d := range f.spec.DIMMs {
		if d.Size%page != 0 {
			v.value(item(f.at("dimms"), i)+".size", "must be a multiple of the huge page size %s, got %s", page, d.Size)
		}
	}
}
