// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// nicSlot is the slot of bus 0 that holds the root ports of NICs, one a
// function. It is the lowest slot, and firmware and Linux number buses in the
// order of slots: so NIC n has bus n in the guest too, whatever follows.
const nicSlot = 1

// firstNICSlot is the slot of the first NIC on a machine without root ports,
// behind the chipset's own devices and the primary screen.
const firstNICSlot = 3

// maxNICs is the number of functions of one PCI slot.
const maxNICs = 8

// pciRoot declares the PCI root and, on a machine with PCI Express, one root
// port for each NIC. Without them libvirt hands out addresses in an order of
// its own, in which shares come before NICs, and adding a share renames a NIC
// in the guest. libvirt takes root ports with explicit indexes only behind an
// explicit root.
func pciRoot(s *Spec, d *libvirtxml.Domain) error {
	root := libvirtxml.DomainController{Type: "pci", Index: new(uint(0)), Model: "pcie-root"}
	if !hasPCIe(s.Machine) {
		root.Model = "pci-root"
		d.Devices.Controllers = append(d.Devices.Controllers, root)
		return nil
	}
	d.Devices.Controllers = append(d.Devices.Controllers, root)
	for i := range s.NICs {
		d.Devices.Controllers = append(d.Devices.Controllers, rootPort(nicBus(uint(i)), nicSlot, uint(i)))
	}
	return nil
}

// nicBus is the bus behind the root port of the NIC with that index.
func nicBus(i uint) uint { return i + 1 }

// nicAddress is the pinned address of the NIC with that index.
func nicAddress(machine string, i uint) *libvirtxml.DomainAddress {
	if !hasPCIe(machine) {
		return pciAddress(0, firstNICSlot+i, 0)
	}
	return pciAddress(nicBus(i), 0, 0)
}

func pciAddress(bus, slot, function uint) *libvirtxml.DomainAddress {
	return &libvirtxml.DomainAddress{PCI: &libvirtxml.DomainAddressPCI{
		Domain: new(uint(0)), Bus: &bus, Slot: &slot, Function: &function,
	}}
}
