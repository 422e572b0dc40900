// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// usb says that there is no USB: libvirt adds a controller by itself
// otherwise, which polls and takes boot time.
func usb(_ *Spec, d *libvirtxml.Domain) error {
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "usb", Index: new(uint(0)), Model: "none",
	})
	return nil
}
