// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// maxTag is the length of the tag field in virtio-fs (VIRTIO 1.2, 5.11.4).
const maxTag = 36

// virtiofs attaches the shares; memory.go gives the memory that they need.
// <readonly/> is written only where this libvirt takes it; elsewhere a share
// is read-only by the guest's own mount, which the caller says to its user.
// There is no alias: libvirt makes virtiofsd's socket path of it, and a long
// tag would exceed the length of a socket path.
func virtiofs(s *Spec, d *libvirtxml.Domain) error {
	tags := map[string]bool{}
	for _, f := range s.Filesystems {
		if err := checkFilesystem(f); err != nil {
			return fmt.Errorf("share %q: %w", f.Tag, err)
		}
		if tags[f.Tag] {
			return fmt.Errorf("share %q: the tag is taken by another share", f.Tag)
		}
		tags[f.Tag] = true
		d.Devices.Filesystems = append(d.Devices.Filesystems, filesystem(f, s.ReadOnlyFilesystem))
	}
	return nil
}

func filesystem(f Filesystem, canReadOnly bool) libvirtxml.DomainFilesystem {
	out := libvirtxml.DomainFilesystem{
		AccessMode: "passthrough", // The only one that virtiofs has.
		Driver:     &libvirtxml.DomainFilesystemDriver{Type: "virtiofs"},
		Source:     &libvirtxml.DomainFilesystemSource{Mount: &libvirtxml.DomainFilesystemSourceMount{Dir: f.Source}},
		Target:     &libvirtxml.DomainFilesystemTarget{Dir: f.Tag},
	}
	if f.ReadOnly && canReadOnly {
		out.ReadOnly = &libvirtxml.DomainFilesystemReadOnly{}
	}
	return out
}

func checkFilesystem(f Filesystem) error {
	if f.Tag == "" || len(f.Tag) > maxTag {
		return fmt.Errorf("tag of %d bytes, 1 to %d fit", len(f.Tag), maxTag)
	}
	return absolute("source", f.Source)
}
