// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"net"

	"libvirt.org/go/libvirtxml"
)

// nics attaches each NIC behind the root port that pci.go declares for it.
func nics(s *Spec, d *libvirtxml.Domain) error {
	if len(s.NICs) > maxNICs {
		return fmt.Errorf("nic %d: at most %d fit", maxNICs+1, maxNICs)
	}
	macs := map[string]bool{}
	for i, n := range s.NICs {
		nic, err := nic(n, uint(i))
		if err != nil {
			return fmt.Errorf("nic %d: %w", i+1, err)
		}
		if macs[nic.MAC.Address] {
			return fmt.Errorf("nic %d: address %s is taken by another NIC", i+1, nic.MAC.Address)
		}
		macs[nic.MAC.Address] = true
		d.Devices.Interfaces = append(d.Devices.Interfaces, *nic)
	}
	return nil
}

func nic(n NIC, index uint) (*libvirtxml.DomainInterface, error) {
	mac, err := net.ParseMAC(n.MAC)
	if err != nil || len(mac) != 6 || mac[0]&1 != 0 {
		return nil, fmt.Errorf("mac %q is no unicast Ethernet address", n.MAC)
	}
	source, err := nicSource(n)
	if err != nil {
		return nil, err
	}
	return &libvirtxml.DomainInterface{
		MAC:     &libvirtxml.DomainInterfaceMAC{Address: mac.String()},
		Source:  source,
		Model:   &libvirtxml.DomainInterfaceModel{Type: "virtio"},
		Address: pciAddress(nicBus(index), 0, 0),
	}, nil
}

func nicSource(n NIC) (*libvirtxml.DomainInterfaceSource, error) {
	switch {
	case n.Network != "" && n.Bridge == "":
		return &libvirtxml.DomainInterfaceSource{Network: &libvirtxml.DomainInterfaceSourceNetwork{Network: n.Network}}, nil
	case n.Bridge != "" && n.Network == "":
		return &libvirtxml.DomainInterfaceSource{Bridge: &libvirtxml.DomainInterfaceSourceBridge{Bridge: n.Bridge}}, nil
	}
	return nil, errors.New("one of network and bridge must be set")
}
