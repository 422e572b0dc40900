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
	return nil
}
