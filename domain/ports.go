// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"slices"

	"libvirt.org/go/libvirtxml"
)

// Slots of bus 0 that hold root ports beside those of NICs, eight a slot. What
// does not fit is left to libvirt. Higher slots are those of devices on bus 0.
const (
	firstPortSlot = 2
	lastPortSlot  = 0x17
	perSlot       = 8
)

// Slots of bus 0 (q35 and virt) of devices that are no PCI Express endpoints:
// behind a root port, libvirt would give them a bridge of their own.
const (
	videoSlot    = 0x18
	panicSlot    = 0x19
	watchdogSlot = 0x1b
)

// rootPorts declares a PCI Express root port for each device that libvirt will
// place behind one, and as many more as are to stay free: a device can be
// attached to a running guest only where a port is free, and ports themselves
// cannot be added then. libvirt places devices on the first free ports in the
// order of their indexes, so the last ones stay free. It runs after everything
// that makes a device.
func rootPorts(s *Spec, d *libvirtxml.Domain) error {
	if !hasPCIe(s.Machine) {
		return nil
	}
	index := nextPCIIndex(d)
	wanted := min(unplaced(d.Devices)+s.Platform.RootPorts, (lastPortSlot-firstPortSlot+1)*perSlot)
	ports := make([]libvirtxml.DomainController, 0, wanted)
	for i := range uint(wanted) {
		ports = append(ports, rootPort(index+i, firstPortSlot+i/perSlot, i%perSlot))
	}
	d.Devices.Controllers = slices.Insert(d.Devices.Controllers, afterPCI(d), ports...)
	return nil
}

// rootPort is one function of a slot of bus 0. Function 0 always says that
// others may follow, so that a further port changes nothing of the first.
func rootPort(index, slot, function uint) libvirtxml.DomainController {
	address := pciAddress(0, slot, function)
	if function == 0 {
		address.PCI.MultiFunction = "on"
	}
	return libvirtxml.DomainController{Type: "pci", Index: &index, Model: "pcie-root-port", Address: address}
}

// nextPCIIndex follows the highest index of a PCI controller: libvirt fills
// every gap with a controller of its own.
func nextPCIIndex(d *libvirtxml.Domain) uint {
	next := uint(0)
	for _, c := range d.Devices.Controllers {
		if c.Type == "pci" && c.Index != nil {
			next = max(next, *c.Index+1)
		}
	}
	return next
}

// afterPCI is the place behind the last PCI controller.
func afterPCI(d *libvirtxml.Domain) int {
	for i, c := range slices.Backward(d.Devices.Controllers) {
		if c.Type == "pci" {
			return i + 1
		}
	}
	return 0
}

// unplaced counts the devices that have no address and that libvirt places
// behind a root port of their own.
func unplaced(devices *libvirtxml.DomainDeviceList) int {
	var places []bool
	for _, k := range devices.Disks {
		places = append(places, k.Address == nil && k.Target != nil && k.Target.Bus == busVirtio)
	}
	for _, c := range devices.Controllers {
		places = append(places, c.Address == nil && isEndpoint(c))
	}
	for _, n := range devices.Interfaces {
		places = append(places, n.Address == nil)
	}
	for _, f := range devices.Filesystems {
		places = append(places, f.Address == nil)
	}
	for _, h := range devices.Hostdevs {
		places = append(places, h.Address == nil && h.SubsysPCI != nil)
	}
	for _, r := range devices.RNGs {
		places = append(places, r.Address == nil)
	}
	for _, i := range devices.Inputs {
		places = append(places, i.Address == nil && i.Bus == busVirtio)
	}
	balloon, vsock := devices.MemBalloon, devices.VSock
	places = append(places,
		balloon != nil && balloon.Address == nil && balloon.Model != "none",
		vsock != nil && vsock.Address == nil)
	count := 0
	for _, place := range places {
		if place {
			count++
		}
	}
	return count
}

// isEndpoint says whether a controller is a PCI Express device. The first SATA
// controller is part of q35 itself.
func isEndpoint(c libvirtxml.DomainController) bool {
	switch c.Type {
	case "scsi", "virtio-serial", "nvme":
		return true
	case "usb":
		return c.Model != "none"
	case "sata":
		return c.Index != nil && *c.Index > 0
	}
	return false
}
