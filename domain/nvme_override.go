// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// nvmeOverride renders NVMe on a libvirt without the nvme bus (8.2 and later):
// scsi controllers and the disks on them, whose QEMU drivers are replaced
// through <qemu:override>: virtio-scsi by nvme and scsi-hd by nvme-ns. libvirt
// still owns, labels and locks the files as those of any disk. It is scsi, and
// not virtio, since libvirt then calls the device of a disk in QEMU by its
// alias, which limits of I/O and block statistics need, and since QEMU gets
// controllers before disks. The target names come after those of scsi and sata
// disks, so that these are called the same with either rendering.
func nvmeOverride(s *Spec, d *libvirtxml.Domain) error {
	if s.NativeNVMe {
		return nil
	}
	l, err := layNVMe(s)
	if err != nil {
		return err
	}
	nvmeSubsystems(d, l)
	next := len(onBus(s.Disks, busSCSI)) + len(onBus(s.Disks, busSATA))
	for _, c := range l.controllers {
		overrideController(d, c, next)
		next += len(c.namespaces)
	}
	return nil
}

// addressNumbers is how many targets a bus has in the schema of older libvirts,
// which takes two digits.
const addressNumbers = 100

// overrideController turns a scsi controller into an nvme controller and the
// disks on it into its namespaces.
func overrideController(d *libvirtxml.Domain, c nvmeController, next int) {
	bus := controllerAlias(c)
	index := addSCSIBus(d, bus)
	override(d, bus, stringProperty("driver", "nvme"), stringProperty("serial", c.Serial))
	override(d, bus, c.properties()...)
	for i, n := range c.namespaces {
		disk := dataDisk(n.Disk)
		disk.Target = &libvirtxml.DomainDiskTarget{Dev: nthTarget("sd", next+i), Bus: busSCSI}
		disk.Address = driveAddress(index, 0, uint(i%addressNumbers), uint(i/addressNumbers))
		addDisk(d, n.Disk, disk)
		override(d, disk.Alias.Name, stringProperty("driver", "nvme-ns"), stringProperty("bus", bus), unsignedProperty("nsid", n.nsid),
			removed("channel"), removed("scsi-id"), removed("lun"), removed("device_id"))
		override(d, disk.Alias.Name, n.properties()...)
	}
}
