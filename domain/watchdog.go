// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// Models of the watchdog. itco is part of q35 itself; libvirt has known it
// since 9.1.
const (
	watchdogPCI  = "i6300esb"
	watchdogISA  = "ib700"
	watchdogITCO = "itco"
)

// watchdog acts when the guest stops feeding it.
func watchdog(s *Spec, d *libvirtxml.Domain) error {
	w := s.Platform.Watchdog
	if w == nil {
		return nil
	}
	device := libvirtxml.DomainWatchdog{Model: w.Model, Action: cmp.Or(w.Action, "reset")}
	switch {
	case w.Model == watchdogPCI && hasPCIe(s.Machine):
		device.Address = pciAddress(0, watchdogSlot, 0)
	case w.Model == watchdogISA && (s.Arch != archX86 || hasPCIe(s.Machine)):
		return fmt.Errorf("watchdog %s: libvirt takes none for machine %q, for pc it does", w.Model, s.Machine)
	case w.Model == watchdogITCO && (s.Arch != archX86 || !hasPCIe(s.Machine)):
		return fmt.Errorf("watchdog %s: machine %q has none, q35 has", w.Model, s.Machine)
	}
	d.Devices.Watchdogs = []libvirtxml.DomainWatchdog{device}
	return nil
}
