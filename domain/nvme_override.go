// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// nvmeOverride renders NVMe on a libvirt without the nvme bus (8.2 and later):
// ordinary virtio devices whose QEMU driver is replaced through
// <qemu:override>. libvirt still owns, labels and locks the files as those of
// any disk. The virtio target names come after those of virtio data disks, so
// that these are called the same with either rendering.
func nvmeOverride(s *Spec, d *libvirtxml.Domain) error {
	if s.NativeNVMe {
		return nil
	}
	controllers, err := nvmeControllers(s.Disks)
	if err != nil || len(controllers) == 0 {
		return err
	}
	next := 1 + len(onBus(s.Disks, busVirtio))
	serialBus := uint(0) // 0 is the agent's.
	for _, c := range controllers {
		if len(c.namespaces) == 1 {
			overrideOne(d, c, targetName(next))
		} else {
			serialBus++
			overrideSeveral(d, c, serialBus, next)
		}
		next += len(c.namespaces)
	}
	return nil
}

// overrideOne turns a virtio disk into a controller with namespace 1.
func overrideOne(d *libvirtxml.Domain, c nvmeController, target string) {
	disk := dataDisk(c.namespaces[0])
	disk.Target = &libvirtxml.DomainDiskTarget{Dev: target, Bus: busVirtio}
	disk.Serial = c.serial
	addDisk(d, c.namespaces[0], disk)
	override(d, disk.Alias.Name, stringProperty("driver", "nvme"))
}

// overrideSeveral turns a virtio-serial controller into an nvme controller and
// virtio disks into its namespaces. It must be a controller because QEMU gets
// those before disks, and a namespace needs the bus of one that exists.
func overrideSeveral(d *libvirtxml.Domain, c nvmeController, index uint, next int) {
	bus := fmt.Sprintf("ua-nvme_%d", index)
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "virtio-serial", Index: &index, Alias: &libvirtxml.DomainAlias{Name: bus},
	})
	override(d, bus, stringProperty("driver", "nvme"), stringProperty("serial", c.serial), removed("max_ports"))
	for i, k := range c.namespaces {
		disk := dataDisk(k)
		disk.Target = &libvirtxml.DomainDiskTarget{Dev: targetName(next + i), Bus: busVirtio}
		addDisk(d, k, disk)
		override(d, disk.Alias.Name,
			stringProperty("driver", "nvme-ns"), stringProperty("bus", bus), unsignedProperty("nsid", i+1), removed("addr"))
	}
}
