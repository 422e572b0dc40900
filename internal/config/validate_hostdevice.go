// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strings"
)

// pciForm is a PCI address as lspci -D writes it; shortPCI leaves the domain out.
var (
	pciForm  = regexp.MustCompile(`^[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7]$`)
	shortPCI = regexp.MustCompile(`^[0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7]$`)
)

// hostDevices checks the devices of the host that a family's guest has.
func (v validator) hostDevices(f family) {
	at := f.at("hostDevices")
	if len(f.spec.HostDevices) > 0 && f.count > 1 {
		v.key(at, "must not be given with count %d: two guests cannot have one device", f.count)
	}
	disks := map[string]bool{}
	for _, d := range f.spec.Disks {
		disks[d.Name] = true
	}
	names := map[string]bool{}
	for i, h := range f.spec.HostDevices {
		here := item(at, i)
		v.label(here+".name", h.Name)
		switch {
		case names[h.Name]:
			v.value(here+".name", "must be unique in the guest, got %s again", quote(h.Name))
		case disks[h.Name]:
			// Both names make the alias by which libvirt knows the device.
			v.value(here+".name", "must not be the name of a disk of the guest, got %s", quote(h.Name))
		}
		names[h.Name] = true
		v.pciAddress(here+".pci", h.PCI)
	}
}

func (v validator) pciAddress(at, address string) {
	switch {
	case !v.layout.said(at) || pciForm.MatchString(address):
	case shortPCI.MatchString(address):
		v.value(at, "must be a PCI address with its domain: write 0000:%s, got %s", address, quote(address))
	default:
		v.value(at, "must be a PCI address such as 0000:03:00.0, got %s", quote(address))
	}
}

// passedThrough checks that no device of the host is in two places: VFIO gives
// it to one guest at a time.
func (v validator) passedThrough() {
	owner := map[string]string{}
	for _, f := range v.families {
		for i, h := range f.spec.HostDevices {
			at := item(f.at("hostDevices"), i) + ".pci"
			address := strings.ToLower(h.PCI)
			if !pciForm.MatchString(address) {
				continue
			}
			if other, taken := owner[address]; taken {
				v.value(at, "must be a device of its own, got %s, which %s has", quote(h.PCI), other)
				continue
			}
			owner[address] = "guest " + f.name
		}
	}
}
