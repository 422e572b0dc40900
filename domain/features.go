// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// features sets <features>: ACPI carries shutdown requests and hot-plug, the
// APIC is x86's own.
func features(s *Spec, d *libvirtxml.Domain) error {
	d.Features = &libvirtxml.DomainFeatureList{ACPI: &libvirtxml.DomainFeature{}}
	if s.Arch == archX86 {
		d.Features.APIC = &libvirtxml.DomainFeatureAPIC{}
	}
	if d.OS.Loader != nil && d.OS.Loader.Secure == "yes" && s.Arch == archX86 {
		// libvirt turns it on by itself only for the files that it finds.
		d.Features.SMM = &libvirtxml.DomainFeatureSMM{State: "on"}
	}
	if remapsInterrupts(s.Platform.IOMMU) {
		// The kernel's own I/O APIC cannot remap.
		d.Features.IOAPIC = &libvirtxml.DomainFeatureIOAPIC{Driver: "qemu"}
	}
	return nil
}
