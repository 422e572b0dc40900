// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"

	"libvirt.org/go/libvirtxml"
)

// usb says that there is no USB unless it is asked for: libvirt adds a
// controller by itself otherwise, which polls and takes boot time.
func usb(s *Spec, d *libvirtxml.Domain) error {
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "usb", Index: new(uint(0)), Model: cmp.Or(s.Platform.USB, "none"),
	})
	return nil
}
