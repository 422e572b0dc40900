// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// nvmeNative uses libvirt's own nvme bus (11.5 and later). Controllers count
// from 0 without a gap; the target name carries controller and namespace id.
// The serial belongs to the controller, a namespace has none. Only what libvirt
// has no words for is said to QEMU.
func nvmeNative(s *Spec, d *libvirtxml.Domain) error {
	if !s.NativeNVMe {
		return nil
	}
	l, err := layNVMe(s)
	if err != nil {
		return err
	}
	nvmeSubsystems(d, l)
	for i, c := range l.controllers {
		alias := controllerAlias(c)
		d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
			Type: "nvme", Index: new(uint(i)), Alias: &libvirtxml.DomainAlias{Name: alias},
			NVME: &libvirtxml.DomainControllerNVME{Serial: c.Serial},
		})
		override(d, alias, c.properties()...)
		for _, n := range c.namespaces {
			disk := dataDisk(n.Disk)
			disk.Target = &libvirtxml.DomainDiskTarget{Dev: fmt.Sprintf("nvme%dn%d", i, n.nsid), Bus: busNVMe}
			addDisk(d, n.Disk, disk)
			override(d, disk.Alias.Name, n.properties()...)
		}
	}
	return nil
}
