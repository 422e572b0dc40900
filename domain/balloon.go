// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// balloon is declared as libvirt would add it by itself, so that it does not
// depend on a default. It reports memory; nothing inflates it.
func balloon(_ *Spec, d *libvirtxml.Domain) error {
	d.Devices.MemBalloon = &libvirtxml.DomainMemBalloon{Model: "virtio"}
	return nil
}
