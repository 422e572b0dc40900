// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// nvmeNative uses libvirt's own nvme bus (11.5 and later). Controllers count
// from 0 without a gap; the target name carries controller and namespace id.
// The serial belongs to the controller, a namespace has none.
func nvmeNative(s *Spec, d *libvirtxml.Domain) error {
	if !s.NativeNVMe {
		return nil
	}
	controllers, err := nvmeControllers(s.Disks)
	if err != nil {
		return err
	}
	for i, c := range controllers {
		d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
			Type: "nvme", Index: new(uint(i)), NVME: &libvirtxml.DomainControllerNVME{Serial: c.serial},
		})
		for j, k := range c.namespaces {
			disk := dataDisk(k)
			disk.Target = &libvirtxml.DomainDiskTarget{Dev: fmt.Sprintf("nvme%dn%d", i, j+1), Bus: busNVMe}
			addDisk(d, k, disk)
		}
	}
	return nil
}
