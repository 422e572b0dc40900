// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// maxSCSITargets of one virtio-scsi controller in QEMU.
const maxSCSITargets = 256

// scsi attaches scsi data disks to one virtio-scsi controller, each as the LUN 0
// of a target of its own, numbered in their order. libvirt left alone would put
// them on few targets and, from the 16th on, on further controllers of an old
// kind. The controller's queues are QEMU's default, one a CPU.
func scsi(s *Spec, d *libvirtxml.Domain) error {
	disks := onBus(s.Disks, busSCSI)
	if len(disks) == 0 {
		return nil
	}
	if len(disks) > maxSCSITargets {
		return fmt.Errorf("scsi: %d disks, at most %d fit", len(disks), maxSCSITargets)
	}
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "scsi", Index: new(uint(0)), Model: "virtio-scsi",
	})
	for i, k := range disks {
		disk := ataOrSCSI(k, nthTarget("sd", i))
		disk.Address = driveAddress(0, 0, uint(i), 0)
		addDisk(d, k, disk)
	}
	return nil
}

// ataOrSCSI is a disk with what only these buses know: name and rotation rate.
func ataOrSCSI(k Disk, target string) libvirtxml.DomainDisk {
	disk := dataDisk(k)
	disk.Target = &libvirtxml.DomainDiskTarget{Dev: target, Bus: k.Bus, RotationRate: uint(k.RotationRate)}
	disk.Serial, disk.WWN = k.Serial, k.WWN
	return disk
}

func driveAddress(controller, bus, target, unit uint) *libvirtxml.DomainAddress {
	return &libvirtxml.DomainAddress{Drive: &libvirtxml.DomainAddressDrive{
		Controller: &controller, Bus: &bus, Target: &target, Unit: &unit,
	}}
}
