// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// nicSlot is the slot of bus 0 that holds the root ports of NICs, one a
// function. It is the lowest slot, and firmware and Linux number buses in the
// order of slots: so NIC n has bus n in the guest too, whatever follows.
const nicSlot = 1

// maxNICs is the number of functions of one PCI slot.
const maxNICs = 8

// pciRoot declares the PCI Express root and one root port for each NIC.
// Without them libvirt hands out addresses in an order of its own, in which
// shares come before NICs, and adding a share renames a NIC in the guest.
// libvirt takes root ports with explicit indexes only behind an explicit root.
func pciRoot(s *Spec, d *libvirtxml.Domain) error {
	d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{
		Type: "pci", Index: new(uint(0)), Model: "pcie-root",
	})
	for i := range s.NICs {
		d.Devices.Controllers = append(d.Devices.Controllers, nicPort(uint(i)))
	}
	return nil
}

func nicPort(i uint) libvirtxml.DomainController {
	address := pciAddress(0, nicSlot, i)
	if i == 0 {
		// Always on: a second NIC must not change the first one's port.
		address.PCI.MultiFunction = "on"
	}
	return libvirtxml.DomainController{
		Type: "pci", Index: new(nicBus(i)), Model: "pcie-root-port", Address: address,
	}
}

// nicBus is the bus behind the root port of the NIC with that index.
func nicBus(i uint) uint { return i + 1 }

func pciAddress(bus, slot, function uint) *libvirtxml.DomainAddress {
	return &libvirtxml.DomainAddress{PCI: &libvirtxml.DomainAddressPCI{
		Domain: new(uint(0)), Bus: &bus, Slot: &slot, Function: &function,
	}}
}
