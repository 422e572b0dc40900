// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// ReadRoot reads the overlay on vda and its base from a domain's XML; zero
// where there is no vda. It reads any domain, not just one that XML rendered.
func ReadRoot(domainXML string) (RootDisk, error) {
	var d libvirtxml.Domain
	if err := d.Unmarshal(domainXML); err != nil {
		return RootDisk{}, fmt.Errorf("read domain XML: %w", err)
	}
	if d.Devices == nil {
		return RootDisk{}, nil
	}
	for i := range d.Devices.Disks {
		if disk := &d.Devices.Disks[i]; isRoot(disk) {
			return readRoot(disk), nil
		}
	}
	return RootDisk{}, nil
}

func isRoot(disk *libvirtxml.DomainDisk) bool {
	return disk.Target != nil && disk.Target.Dev == rootTarget
}

func readRoot(disk *libvirtxml.DomainDisk) RootDisk {
	root := RootDisk{Path: sourceFile(disk.Source)}
	if b := disk.BackingStore; b != nil {
		root.Base = sourceFile(b.Source)
		if b.Format != nil {
			root.BaseFormat = b.Format.Type
		}
	}
	return root
}

// sourceFile is a disk's file or block device; empty for any other source.
func sourceFile(s *libvirtxml.DomainDiskSource) string {
	switch {
	case s == nil:
		return ""
	case s.File != nil:
		return s.File.File
	case s.Block != nil:
		return s.Block.Dev
	}
	return ""
}
