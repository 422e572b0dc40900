// SPDX-License-Identifier: Apache-2.0

package config

import "slices"

// placements checks the flexible data placement of a subsystem.
func (v validator) placements(p FDPSubsystem, at string) {
	if path := at + ".reclaimUnitSize"; v.layout.said(path) && p.ReclaimUnitSize == 0 {
		v.value(path, "must be more than 0, got 0")
	}
	// Groups and handles share the 16 bits of a placement identifier.
	groups := 0
	for n := p.ReclaimGroups; n > 0 && p.ReclaimGroups > 1; n >>= 1 {
		groups++
	}
	if p.ReclaimUnitHandles > 0xffff>>min(groups, 16) {
		v.value(at+".reclaimGroups", "must leave room for %d reclaim unit handles in 16 bits, got %d", p.ReclaimUnitHandles, p.ReclaimGroups)
	}
}

// handles checks the reclaim unit handles of a namespace.
func (v validator) handles(f family, d Disk, at string) {
	if d.FDP == nil {
		return
	}
	at += ".fdp"
	subsystem := d.group(f.spec).subsystem
	fdp := f.spec.subsystem(subsystem).FDP
	if fdp == nil {
		v.key(at, "must only be given with a subsystem that has `fdp`")
		return
	}
	if v.hasBroken(f.at("nvme.subsystems")) || v.hasBroken(at) {
		return
	}
	handles := d.FDP.ReclaimUnitHandles
	if len(handles) == 0 {
		v.value(at+".reclaimUnitHandles", "must have at least one handle, got none")
	}
	for i, h := range handles {
		path := item(at+".reclaimUnitHandles", i)
		switch {
		case h < 0 || h >= fdp.ReclaimUnitHandles:
			v.value(path, "must be a handle of subsystem %s, from 0 to %d, got %d", subsystem, fdp.ReclaimUnitHandles-1, h)
		case slices.Contains(handles[:i], h):
			v.value(path, "must be named once, got %d again", h)
		}
	}
}

// lbaFormat is what the namespaces of one reclaim unit handle have in common.
type lbaFormat struct {
	block    Size
	metadata int
}

func lbaFormatOf(d Disk) lbaFormat {
	format := lbaFormat{block: blockOf(d)}
	if d.Protection != nil {
		format.metadata = d.Protection.MetadataSize
	}
	return format
}

// reclaimHandle is a reclaim unit handle of a subsystem by number, or the one
// that QEMU gives all disks which name none.
type reclaimHandle struct {
	subsystem string
	number    int
}

const anyHandle = -1

// handleUse is who has the handles of a guest.
type handleUse struct {
	first map[reclaimHandle]Disk
	// named is how many handles of each subsystem disks name.
	named map[string]int
}

// handleFormats checks that the namespaces which share a reclaim unit handle
// have the same format, and that there is one for those which name none, as
// QEMU asks.
func (v validator) handleFormats(f family) {
	if v.hasBroken(f.at("nvme.subsystems")) || v.hasBroken(f.at("disks")) {
		return
	}
	use := handleUse{map[reclaimHandle]Disk{}, map[string]int{}}
	v.namedHandles(f, use)
	v.givenHandles(f, use)
}

// namedHandles checks the handles that disks name.
func (v validator) namedHandles(f family, use handleUse) {
	for i, d := range f.spec.Disks {
		if d.FDP == nil {
			continue
		}
		for k, number := range d.FDP.ReclaimUnitHandles {
			at := item(f.diskAt(i)+".fdp.reclaimUnitHandles", k)
			if other, ok := use.take(reclaimHandle{d.group(f.spec).subsystem, number}, d); !ok {
				v.value(at, "must be a handle of disks with the same logical block size and metadata, got %d, which disk %s has too", number, other.Name)
			}
		}
	}
}

// givenHandles checks that QEMU has a handle to give to disks that name none.
func (v validator) givenHandles(f family, use handleUse) {
	for i, d := range f.spec.Disks {
		name := d.group(f.spec).subsystem
		fdp := f.spec.subsystem(name).FDP
		if d.FDP != nil || fdp == nil {
			continue
		}
		if use.named[name] >= fdp.ReclaimUnitHandles {
			v.key(f.diskAt(i), "must have `fdp`, or leave it a handle: other disks name all %d of subsystem %s", fdp.ReclaimUnitHandles, name)
			continue
		}
		if other, ok := use.take(reclaimHandle{name, anyHandle}, d); !ok {
			v.key(f.diskAt(i), "must have `fdp`, or the logical block size and metadata of disk %s, which is given the same reclaim unit handle", other.Name)
		}
	}
}

// take notes that a disk has a handle; where the first that has it is of
// another format it is that one, and false.
func (u handleUse) take(h reclaimHandle, d Disk) (first Disk, ok bool) {
	first, taken := u.first[h]
	if !taken {
		u.first[h] = d
		if h.number != anyHandle {
			u.named[h.subsystem]++
		}
		return d, true
	}
	return first, lbaFormatOf(first) == lbaFormatOf(d)
}
