// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// Models of the IOMMU.
const (
	iommuIntel  = "intel"
	iommuVirtio = "virtio"
	iommuSMMU   = "smmuv3"
)

// iommu gives the guest an emulated IOMMU. What interrupt remapping needs of
// the I/O APIC is in features.go.
func iommu(s *Spec, d *libvirtxml.Domain) error {
	i := s.Platform.IOMMU
	if i == nil {
		return nil
	}
	if err := checkIOMMU(i, s); err != nil {
		return fmt.Errorf("iommu %s: %w", i.Model, err)
	}
	out := libvirtxml.DomainIOMMU{Model: i.Model}
	if i.Model == iommuIntel {
		out.Driver = &libvirtxml.DomainIOMMUDriver{
			IntRemap: "off", CachingMode: onOff(i.CachingMode), IOTLB: onOff(i.IOTLB), AWBits: uint(i.AddressBits),
		}
		if remapsInterrupts(i) {
			out.Driver.IntRemap = "on"
		}
	}
	d.Devices.IOMMU = &out
	return nil
}

func checkIOMMU(i *IOMMU, s *Spec) error {
	switch {
	case i.Model == iommuIntel && (s.Arch != archX86 || !hasPCIe(s.Machine)):
		return fmt.Errorf("machine %q of %s has none, only q35 has", s.Machine, s.Arch)
	case i.Model == iommuSMMU && s.Arch != archARM:
		return fmt.Errorf("%s has none, only aarch64 has", s.Arch)
	case i.Model == iommuVirtio && !hasPCIe(s.Machine):
		return fmt.Errorf("machine %q has no PCI Express, which it needs", s.Machine)
	case i.Model != iommuIntel && i.Model != iommuSMMU && i.Model != iommuVirtio:
		return fmt.Errorf("not one of %s, %s, %s", iommuIntel, iommuVirtio, iommuSMMU)
	case i.AddressBits != 0 && i.AddressBits != 39 && i.AddressBits != 48:
		return fmt.Errorf("addresses of %d bits: 39 or 48", i.AddressBits)
	}
	return nil
}

// remapsInterrupts is true for intel unless it was said otherwise.
func remapsInterrupts(i *IOMMU) bool {
	return i != nil && i.Model == iommuIntel && (i.Intremap == nil || *i.Intremap)
}

// onOff is libvirt's word for a choice; empty where none was made.
func onOff(choice *bool) string {
	switch {
	case choice == nil:
		return ""
	case *choice:
		return "on"
	}
	return "off"
}
