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

// handleFormats checks that the namespaces which share a reclaim unit handle
// have the same format, as QEMU asks.
func (v validator) handleFormats(f family) {
	type handle struct {
		subsystem string
		number    int
	}
	first := map[handle]Disk{}
	for i, d := range f.spec.Disks {
		if d.FDP == nil {
			continue
		}
		for k, number := range d.FDP.ReclaimUnitHandles {
			key := handle{d.group(f.spec).subsystem, number}
			other, taken := first[key]
			if !taken {
				first[key] = d
				continue
			}
			if lbaFormatOf(other) != lbaFormatOf(d) {
				v.value(item(f.diskAt(i)+".fdp.reclaimUnitHandles", k),
					"must be a handle of disks with the same logical block size and metadata, got %d, which disk %s has too", number, other.Name)
			}
		}
	}
}
