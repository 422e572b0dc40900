// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// nvmeOverride renders NVMe on a libvirt without the nvme bus (8.2 and later):
// ordinary virtio devices whose QEMU driver is replaced through
// <qemu:override>. libvirt still owns, labels and locks the files as those of
// any disk. The virtio target names come after those of virtio data disks, so
// that these are called the same with either rendering.
func nvmeOverride(s *Spec, d *libvirtxml.Domain) error {
	if s.NativeNVMe {
		return nil
	}
	l, err := layNVMe(s)
	if err != nil {
		return err
	}
	nvmeSubsystems(d, l)
	next := 1 + len(onBus(s.Disks, busVirtio))
	for _, c := range l.controllers {
		if c.isPlain() {
			overrideOne(d, c, targetName(next))
		} else {
			overrideSeveral(d, c, next)
		}
		next += len(c.namespaces)
	}
	return nil
}

// isPlain says that one device of QEMU makes the whole controller: nvme with a
// drive of its own, which is namespace 1 and knows nothing of what nvme-ns does.
func (c nvmeController) isPlain() bool {
	return len(c.namespaces) == 1 && c.namespaces[0].nsid == 1 && c.Subsystem == "" && len(c.namespaces[0].properties()) == 0
}

// overrideOne turns a virtio disk into a controller with namespace 1.
func overrideOne(d *libvirtxml.Domain, c nvmeController, target string) {
	n := c.namespaces[0]
	disk := dataDisk(n.Disk)
	disk.Target = &libvirtxml.DomainDiskTarget{Dev: target, Bus: busVirtio}
	disk.Serial = c.Serial
	addDisk(d, n.Disk, disk)
	override(d, disk.Alias.Name, stringProperty("driver", "nvme"))
	override(d, disk.Alias.Name, c.properties()...)
}

// overrideSeveral turns a virtio-serial controller into an nvme controller and
// virtio disks into its namespaces. It must be a controller because QEMU gets
// those before disks, and a namespace needs the bus of one that exists.
func overrideSeveral(d *libvirtxml.Domain, c nvmeController, next int) {
	bus := controllerAlias(c)
	addSerialBus(d, bus)
	override(d, bus, stringProperty("driver", "nvme"), stringProperty("serial", c.Serial), removed("max_ports"))
	override(d, bus, c.properties()...)
	for i, n := range c.namespaces {
		disk := dataDisk(n.Disk)
		disk.Target = &libvirtxml.DomainDiskTarget{Dev: targetName(next + i), Bus: busVirtio}
		addDisk(d, n.Disk, disk)
		override(d, disk.Alias.Name,
			stringProperty("driver", "nvme-ns"), stringProperty("bus", bus), unsignedProperty("nsid", n.nsid), removed("addr"))
		override(d, disk.Alias.Name, n.properties()...)
	}
}
