// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"libvirt.org/go/libvirtxml"
)

// pciOnHost is a PCI address as lspci -D writes it; the domain may be left out.
var pciOnHost = regexp.MustCompile(`^(?:([0-9a-fA-F]{1,8}):)?([0-9a-fA-F]{1,2}):([0-1]?[0-9a-fA-F])\.([0-7])$`)

// hostDevices hands PCI devices of the host to the guest (VFIO).
func hostDevices(s *Spec, d *libvirtxml.Domain) error {
	for _, h := range s.HostDevices {
		device, err := hostDevice(h)
		if err != nil {
			return fmt.Errorf("host device %q: %w", h.Name, err)
		}
		d.Devices.Hostdevs = append(d.Devices.Hostdevs, *device)
	}
	return nil
}

func hostDevice(h HostDevice) (*libvirtxml.DomainHostdev, error) {
	if !diskName.MatchString(h.Name) {
		return nil, errors.New("name: only letters, digits and '-' make an alias of libvirt")
	}
	parts := pciOnHost.FindStringSubmatch(h.PCI)
	if parts == nil {
		return nil, fmt.Errorf("%q is no PCI address such as 0000:03:00.0", h.PCI)
	}
	address := &libvirtxml.DomainAddressPCI{Domain: hexNumber(parts[1]), Bus: hexNumber(parts[2]), Slot: hexNumber(parts[3]), Function: hexNumber(parts[4])}
	device := &libvirtxml.DomainHostdev{
		Managed: "yes",
		SubsysPCI: &libvirtxml.DomainHostdevSubsysPCI{
			Driver: &libvirtxml.DomainHostdevSubsysPCIDriver{Name: "vfio"},
			Source: &libvirtxml.DomainHostdevSubsysPCISource{Address: address},
		},
		Alias: &libvirtxml.DomainAlias{Name: "ua-" + h.Name},
	}
	if h.Unmanaged {
		device.Managed = "no"
	}
	if h.ROMBar != nil {
		device.ROM = &libvirtxml.DomainROM{Bar: onOff(h.ROMBar)}
	}
	if h.BootOrder > 0 {
		device.Boot = &libvirtxml.DomainDeviceBoot{Order: uint(h.BootOrder)}
	}
	return device, nil
}

// hexNumber reads digits that an expression let through; none are 0.
func hexNumber(digits string) *uint {
	n, _ := strconv.ParseUint("0"+digits, 16, 64)
	return new(uint(n))
}
