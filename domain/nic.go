// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// nics attaches each NIC at the place that pci.go keeps for it.
func nics(s *Spec, d *libvirtxml.Domain) error {
	if len(s.NICs) > maxNICs {
		return fmt.Errorf("nic %d: at most %d fit", maxNICs+1, maxNICs)
	}
	macs := map[string]bool{}
	for i, n := range s.NICs {
		nic, err := nic(n)
		if err != nil {
			return fmt.Errorf("nic %d: %w", i+1, err)
		}
		nic.Address = nicAddress(s.Machine, uint(i))
		if macs[nic.MAC.Address] {
			return fmt.Errorf("nic %d: address %s is taken by another NIC", i+1, nic.MAC.Address)
		}
		macs[nic.MAC.Address] = true
		d.Devices.Interfaces = append(d.Devices.Interfaces, *nic)
	}
	return nil
}
