// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// nvmeSubsystems adds the subsystems, of which no libvirt knows: in both
// renderings they are scsi controllers that <qemu:override> turns into
// nvme-subsys, with no place on a PCI bus. QEMU gets controllers of that type,
// in the order of their index, before all nvme ones and before disks, as it must
// know a subsystem first.
func nvmeSubsystems(d *libvirtxml.Domain, l nvmeLayout) {
	for _, s := range l.subsystems {
		alias := subsystemAlias(s.Name)
		addSCSIBus(d, alias)
		override(d, alias, stringProperty("driver", "nvme-subsys"), removed("bus"), removed("addr"))
		override(d, alias, subsystemProperties(s)...)
	}
}

// subsystemAlias and controllerAlias are QEMU's ids, with the '_' that no disk
// has in its alias.
func subsystemAlias(name string) string { return "ua-nvmesubsys_" + name }

func controllerAlias(c nvmeController) string {
	if c.named {
		return "ua-nvme_" + c.Name
	}
	return "ua-nvmeof_" + c.namespaces[0].Name
}

// addSCSIBus adds a scsi controller, to be turned into another device, and gives
// its index, the next one: libvirt fills a gap with controllers of its own.
func addSCSIBus(d *libvirtxml.Domain, alias string) uint {
	index := uint(0)
	for _, c := range d.Devices.Controllers {
		if c.Type == "scsi" {
			index++
		}
	}
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "scsi", Index: &index, Model: "virtio-scsi", Alias: &libvirtxml.DomainAlias{Name: alias},
	})
	return index
}
