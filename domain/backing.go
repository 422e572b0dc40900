// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// Resources are what a domain's XML names outside of itself.
type Resources struct {
	// Root is the overlay on vda with its base; zero where there is no vda.
	Root RootDisk
	// Disks are the files and block devices of the other disks, in the order of the XML.
	Disks []string
	// MACs and Networks of the interfaces, in the order of the XML. An
	// interface on a host bridge has no entry in Networks.
	MACs, Networks []string
}

// ReadResources reads what a domain's XML names: files, addresses, networks.
// It reads any domain, not just one that XML rendered.
func ReadResources(domainXML string) (Resources, error) {
	var d libvirtxml.Domain
	if err := d.Unmarshal(domainXML); err != nil {
		return Resources{}, fmt.Errorf("read domain XML: %w", err)
	}
	var out Resources
	if d.Devices == nil {
		return out, nil
	}
	for i := range d.Devices.Disks {
		disk := &d.Devices.Disks[i]
		if isRoot(disk) {
			out.Root = readRoot(disk)
		} else if p := sourceFile(disk.Source); p != "" {
			out.Disks = append(out.Disks, p)
		}
	}
	for i := range d.Devices.Interfaces {
		readNIC(&d.Devices.Interfaces[i], &out)
	}
	return out, nil
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

func readNIC(n *libvirtxml.DomainInterface, out *Resources) {
	if n.MAC != nil {
		out.MACs = append(out.MACs, n.MAC.Address)
	}
	if n.Source != nil && n.Source.Network != nil {
		out.Networks = append(out.Networks, n.Source.Network.Network)
	}
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
