// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirt"

// Reset boots a running domain anew without its guest's help, as a reset button
// does: its QEMU goes on. One that its panic device has halted runs again.
func Reset(dom *libvirt.Domain) error {
	if err := dom.Reset(0); err != nil {
		return wrap("reset", dom, err)
	}
	state, _, err := dom.GetState()
	if err != nil {
		return wrap("reset", dom, err)
	}
	if state == libvirt.DOMAIN_PAUSED || state == libvirt.DOMAIN_CRASHED {
		return wrap("reset", dom, dom.Resume())
	}
	return nil
}
