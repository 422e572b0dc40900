// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"slices"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// Architectures that are rendered.
const (
	archX86 = "x86_64"
	archARM = "aarch64"
)

// machineKinds are the machine types that each architecture has, each as it is
// called without a version and the prefix of the versioned ones.
var machineKinds = map[string][]machineKind{
	archX86: {{"q35", "pc-q35-", true}, {"pc", "pc-i440fx-", false}},
	archARM: {{"virt", "virt-", true}},
}

type machineKind struct {
	name, versioned string
	// pcie says that the machine has PCI Express and thus root ports.
	pcie bool
}

func (k machineKind) matches(machine string) bool {
	return machine == k.name || strings.HasPrefix(machine, k.versioned)
}

// hasPCIe says whether a machine has PCI Express.
func hasPCIe(machine string) bool {
	for _, kinds := range machineKinds {
		for _, k := range kinds {
			if k.matches(machine) {
				return k.pcie
			}
		}
	}
	return false
}

// operatingSystem sets <os>: architecture and machine. What to boot from is
// said on the disk (<boot order>): <os><boot> would give the first disk of any
// bus a boot index, and an nvme namespace has no such property.
func operatingSystem(s *Spec, d *libvirtxml.Domain) error {
	kinds, ok := machineKinds[s.Arch]
	if !ok {
		return fmt.Errorf("architecture %q is not supported: x86_64 or aarch64", s.Arch)
	}
	if !slices.ContainsFunc(kinds, func(k machineKind) bool { return k.matches(s.Machine) }) {
		return fmt.Errorf("machine %q of %s is not supported: %s, with a version or without", s.Machine, s.Arch, kindNames(kinds))
	}
	d.OS = &libvirtxml.DomainOS{Type: &libvirtxml.DomainOSType{Arch: s.Arch, Machine: s.Machine, Type: "hvm"}}
	return firmware(s, d)
}

func kindNames(kinds []machineKind) string {
	names := make([]string, 0, len(kinds))
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return strings.Join(names, " or ")
}
