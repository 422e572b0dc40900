// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"

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
	if s.Root.Base != "" {
		if err := checkBase(s.Root.Base, s.Root.BaseFormat); err != nil {
			return fmt.Errorf("root disk: %w", err)
		}
	}
	d.Devices.Disks = append(d.Devices.Disks, libvirtxml.DomainDisk{
		Device:       "disk",
		Driver:       &libvirtxml.DomainDiskDriver{Name: "qemu", Type: "qcow2", Discard: "unmap"},
		Source:       fileSource(s.Root.Path),
		BackingStore: backingStore(s.Root.Base, s.Root.BaseFormat),
		Target:       &libvirtxml.DomainDiskTarget{Dev: rootTarget, Bus: busVirtio},
		Boot:         &libvirtxml.DomainDeviceBoot{Order: rootOrder(s)},
	})
	return nil
}

// rootOrder is the first place in the boot order that no other device has.
func rootOrder(s *Spec) uint {
	taken := map[int]bool{}
	for _, k := range s.Disks {
		taken[k.BootOrder] = true
	}
	for _, n := range s.NICs {
		taken[n.BootOrder] = true
	}
	for _, h := range s.HostDevices {
		taken[h.BootOrder] = true
	}
	order := 1
	for taken[order] {
		order++
	}
	return uint(order)
}

func checkBase(base, format string) error {
	if err := absolute("base", base); err != nil {
		return err
	}
	if format == "" {
		return errors.New("base has no format")
	}
	return nil
}

// backingStore is the chain below an overlay, ended by an empty element.
// libvirt changes nothing about the base.
func backingStore(base, format string) *libvirtxml.DomainDiskBackingStore {
	end := &libvirtxml.DomainDiskBackingStore{}
	if base == "" {
		return end
	}
	source := fileSource(base)
	leaveOwner(source)
	return &libvirtxml.DomainDiskBackingStore{
		Format:       &libvirtxml.DomainDiskFormat{Type: format},
		Source:       source,
		BackingStore: end,
	}
}
