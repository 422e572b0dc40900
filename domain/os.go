// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// Architectures that are rendered.
const (
	archX86 = "x86_64"
	archARM = "aarch64"
)

// machinePrefixes are the machine types with PCI Express that each
// architecture has; pinned addresses and root ports need it.
var machinePrefixes = map[string][]string{
	archX86: {"q35", "pc-q35-"},
	archARM: {"virt"},
}

// operatingSystem sets <os>: architecture and machine. x86_64 boots by BIOS,
// which QEMU brings along; aarch64 has no such thing and takes UEFI, which
// ACPI needs there too. What to boot from is said on the disk (<boot order>):
// <os><boot> would give the first disk of any bus a boot index, and an nvme
// namespace has no such property.
func operatingSystem(s *Spec, d *libvirtxml.Domain) error {
	prefixes, ok := machinePrefixes[s.Arch]
	if !ok {
		return fmt.Errorf("architecture %q is not supported: x86_64 or aarch64", s.Arch)
	}
	if !hasAnyPrefix(s.Machine, prefixes) {
		return fmt.Errorf("machine %q of %s is not supported: it needs PCI Express (%s)", s.Machine, s.Arch, prefixes[0])
	}
	d.OS = &libvirtxml.DomainOS{Type: &libvirtxml.DomainOSType{Arch: s.Arch, Machine: s.Machine, Type: "hvm"}}
	if s.Arch == archARM {
		d.OS.Firmware = "efi"
	}
	return nil
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
