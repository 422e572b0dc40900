// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"errors"
	"fmt"

	"libvirt.org/go/libvirtxml"
)

const kib = 1 << 10

// memory sets the sizes, in KiB as libvirt itself writes them. libvirt counts
// modules into <memory>.
func memory(s *Spec, d *libvirtxml.Domain) error {
	if s.Memory == 0 || s.Memory%kib != 0 {
		return fmt.Errorf("memory %d bytes is not a positive multiple of 1 KiB", s.Memory)
	}
	total := s.Memory
	for i, m := range s.Compute.DIMMs {
		if m.Size == 0 || m.Size%kib != 0 {
			return fmt.Errorf("dimm %d: %d bytes is not a positive multiple of 1 KiB", i+1, m.Size)
		}
		total += m.Size
	}
	d.Memory = &libvirtxml.DomainMemory{Value: uint(total / kib), Unit: "KiB"}
	if current := s.Compute.CurrentMemory; current != 0 {
		if current > total || current%kib != 0 {
			return fmt.Errorf("current memory %d bytes is not a multiple of 1 KiB up to the memory, %d bytes", current, total)
		}
		d.CurrentMemory = &libvirtxml.DomainCurrentMemory{Value: uint(current / kib), Unit: "KiB"}
	}
	if err := maxMemory(s.Compute, total, d); err != nil {
		return err
	}
	backing, err := memoryBacking(s.Compute.Backing, len(s.Filesystems) > 0)
	d.MemoryBacking = backing
	return err
}

// maxMemory sets up to what memory can be plugged, and plugs the modules.
func maxMemory(c Compute, total uint64, d *libvirtxml.Domain) error {
	if c.MaxMemory == 0 {
		if len(c.DIMMs) > 0 {
			return errors.New("dimms: there is no maximum of memory with slots for them")
		}
		return nil
	}
	if c.MaxMemory < total || c.MaxMemory%kib != 0 {
		return fmt.Errorf("max memory %d bytes is not a multiple of 1 KiB from memory and modules on, %d bytes", c.MaxMemory, total)
	}
	if len(c.DIMMs) > c.MaxMemorySlots {
		return fmt.Errorf("dimms: %d modules for %d slots", len(c.DIMMs), c.MaxMemorySlots)
	}
	d.MaximumMemory = &libvirtxml.DomainMaxMemory{Value: uint(c.MaxMemory / kib), Unit: "KiB", Slots: uint(c.MaxMemorySlots)}
	for _, m := range c.DIMMs {
		d.Devices.Memorydevs = append(d.Devices.Memorydevs, libvirtxml.DomainMemorydev{
			Model: "dimm", Target: &libvirtxml.DomainMemorydevTarget{
				Size: &libvirtxml.DomainMemorydevTargetSize{Value: uint(m.Size / kib), Unit: "KiB"},
				Node: &libvirtxml.DomainMemorydevTargetNode{Value: uint(m.Node)},
			},
		})
	}
	return nil
}

// memoryBacking follows what was said and what the devices need: virtiofsd
// reads the guest's memory from another process, so a share makes it a shared
// memfd. Without one, the guest keeps plain anonymous memory.
func memoryBacking(b MemoryBacking, shares bool) (*libvirtxml.DomainMemoryBacking, error) {
	shared := shares
	if b.Shared != nil {
		shared = *b.Shared
	}
	if shares && !shared {
		return nil, errors.New("memory backing: shares need memory that is shared")
	}
	source := b.Source
	if shared {
		// A huge page of no source can be shared as well; memfd does with both.
		source = cmp.Or(source, "memfd")
	}
	if shared && source == "anonymous" {
		return nil, errors.New("memory backing: anonymous memory cannot be shared")
	}
	if source == "" && !shared && b == (MemoryBacking{Shared: b.Shared}) {
		return nil, nil
	}
	out := &libvirtxml.DomainMemoryBacking{}
	if b.Hugepages != 0 {
		if b.Hugepages%kib != 0 {
			return nil, fmt.Errorf("memory backing: huge pages of %d bytes are no whole KiB", b.Hugepages)
		}
		out.MemoryHugePages = &libvirtxml.DomainMemoryHugepages{Hugepages: []libvirtxml.DomainMemoryHugepage{
			{Size: uint(b.Hugepages / kib), Unit: "KiB"},
		}}
	}
	if b.NoSharePages {
		out.MemoryNosharepages = &libvirtxml.DomainMemoryNosharepages{}
	}
	if b.Locked {
		out.MemoryLocked = &libvirtxml.DomainMemoryLocked{}
	}
	if source != "" {
		out.MemorySource = &libvirtxml.DomainMemorySource{Type: source}
	}
	if shared {
		out.MemoryAccess = &libvirtxml.DomainMemoryAccess{Mode: "shared"}
	} else if b.Shared != nil {
		out.MemoryAccess = &libvirtxml.DomainMemoryAccess{Mode: "private"}
	}
	if b.Allocation != "" {
		out.MemoryAllocation = &libvirtxml.DomainMemoryAllocation{Mode: b.Allocation}
	}
	return out, nil
}
