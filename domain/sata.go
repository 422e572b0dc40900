// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"

	"libvirt.org/go/libvirtxml"
)

const (
	// sataPorts of one AHCI controller. The machine q35 has one of its own,
	// with index 0; libvirt adds those with a higher index.
	sataPorts = 6
	// maxIDE: two channels of two disks, which the machine pc has of its own.
	maxIDE = 4
)

// sata attaches sata data disks to the ports of AHCI controllers in their
// order. Their names in the XML come after those of scsi disks.
func sata(s *Spec, d *libvirtxml.Domain) error {
	first := len(onBus(s.Disks, busSCSI))
	for i, k := range onBus(s.Disks, busSATA) {
		disk := ataOrSCSI(k, nthTarget("sd", first+i))
		disk.Address = driveAddress(uint(i/sataPorts), 0, 0, uint(i%sataPorts))
		addDisk(d, k, disk)
	}
	return nil
}

// ide attaches ide data disks as hda to hdd.
func ide(s *Spec, d *libvirtxml.Domain) error {
	disks := onBus(s.Disks, busIDE)
	switch {
	case len(disks) > 0 && hasPCIe(s.Machine):
		return errors.New("ide: only the machine pc has it, bus sata is everywhere")
	case len(disks) > maxIDE:
		return fmt.Errorf("ide: %d disks, at most %d fit", len(disks), maxIDE)
	}
	for i, k := range disks {
		disk := ataOrSCSI(k, nthTarget("hd", i))
		disk.Address = driveAddress(0, uint(i/2), 0, uint(i%2))
		addDisk(d, k, disk)
	}
	return nil
}
