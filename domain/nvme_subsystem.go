// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// nvmeSubsystems adds the subsystems, of which no libvirt knows: in both
// renderings they are virtio-serial controllers that <qemu:override> turns into
// nvme-subsys, with no place on a PCI bus. QEMU gets controllers of that type
// before all nvme ones and before disks, as it must know a subsystem first.
// The type's indexes go on from those of the guest's own.
func nvmeSubsystems(d *libvirtxml.Domain, l nvmeLayout) {
	for _, s := range l.subsystems {
		alias := subsystemAlias(s.Name)
		addSerialBus(d, alias)
		override(d, alias, stringProperty("driver", "nvme-subsys"), removed("bus"), removed("addr"), removed("max_ports"))
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

// addSerialBus adds a virtio-serial controller, to be turned into another device.
func addSerialBus(d *libvirtxml.Domain, alias string) {
	index := uint(0)
	for _, c := range d.Devices.Controllers {
		if c.Type == "virtio-serial" && c.Index != nil {
			index = max(index, *c.Index+1)
		}
	}
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "virtio-serial", Index: &index, Alias: &libvirtxml.DomainAlias{Name: alias},
	})
}
