// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"

	"libvirt.org/go/libvirtxml"
)

// rootTarget is where every image expects its root disk.
const rootTarget = "vda"

// rootDisk attaches the overlay and declares its base, so that libvirt neither
// probes the overlay's header nor takes the base for its own: with relabel=no
// it leaves owner and mode of the shared image alone. No path, no root disk.
func rootDisk(s *Spec, d *libvirtxml.Domain) error {
	if s.Root == (RootDisk{}) {
		return nil
	}
	if err := absolute("root disk", s.Root.Path); err != nil {
		return err
	}
	base, err := backingStore(s.Root)
	if err != nil {
		return err
	}
	d.Devices.Disks = append(d.Devices.Disks, libvirtxml.DomainDisk{
		Device:       "disk",
		Driver:       &libvirtxml.DomainDiskDriver{Name: "qemu", Type: "qcow2", Discard: "unmap"},
		Source:       fileSource(s.Root.Path),
		BackingStore: base,
		Target:       &libvirtxml.DomainDiskTarget{Dev: rootTarget, Bus: busVirtio},
		Boot:         &libvirtxml.DomainDeviceBoot{Order: 1},
	})
	return nil
}

// backingStore is the chain below the overlay, ended by an empty element.
func backingStore(r RootDisk) (*libvirtxml.DomainDiskBackingStore, error) {
	end := &libvirtxml.DomainDiskBackingStore{}
	if r.Base == "" {
		return end, nil
	}
	if err := absolute("root disk: base", r.Base); err != nil {
		return nil, err
	}
	if r.BaseFormat == "" {
		return nil, errors.New("root disk: base has no format")
	}
	source := fileSource(r.Base)
	source.File.SecLabel = []libvirtxml.DomainDeviceSecLabel{{Model: "dac", Relabel: "no"}}
	return &libvirtxml.DomainDiskBackingStore{
		Format:       &libvirtxml.DomainDiskFormat{Type: r.BaseFormat},
		Source:       source,
		BackingStore: end,
	}, nil
}
