// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// serialBus declares the virtio-serial controller of the agent's channel.
// libvirt would add it by itself, but nvme_override.go turns further
// controllers of this type into nvme, and the channel must not land on those.
func serialBus(_ *Spec, d *libvirtxml.Domain) error {
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "virtio-serial", Index: new(uint(0)),
	})
	return nil
}
