// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// panicDevice tells the host that the guest's kernel panicked; what happens
// then is in general.go (<on_crash>). pvpanic is the PCI device, which libvirt
// has known since 9.1.
func panicDevice(s *Spec, d *libvirtxml.Domain) error {
	switch s.Platform.Panic {
	case "", "none":
	case "isa":
		if s.Arch != archX86 {
			return fmt.Errorf("panic device isa: %s has no ISA bus, pvpanic does without", s.Arch)
		}
		d.Devices.Panics = []libvirtxml.DomainPanic{{Model: "isa"}}
	case "pvpanic":
		device := libvirtxml.DomainPanic{Model: "pvpanic"}
		if hasPCIe(s.Machine) {
			device.Address = pciAddress(0, panicSlot, 0)
		}
		d.Devices.Panics = []libvirtxml.DomainPanic{device}
	default:
		return fmt.Errorf("panic device %q is not one of none, isa, pvpanic", s.Platform.Panic)
	}
	return nil
}
