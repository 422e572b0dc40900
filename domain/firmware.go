// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// Kinds of firmware.
const (
	firmwareBIOS = "bios"
	firmwareEFI  = "efi"
)

// firmware sets what the guest boots with. x86_64 boots by BIOS, which QEMU
// brings along; aarch64 has no such thing and takes UEFI, which ACPI needs
// there too. libvirt finds the files, and makes the guest's own variables
// (NVRAM) from their template at the first start.
func firmware(s *Spec, d *libvirtxml.Domain) error {
	f := s.Platform.Firmware
	kind := firmwareKind(s)
	if kind == firmwareBIOS {
		switch {
		case s.Arch == archARM:
			return errors.New("firmware: aarch64 has no bios, only efi")
		case f.SecureBoot || f.Loader != "" || f.Template != "":
			return errors.New("firmware: bios has no secure boot, loader or template, efi has")
		}
		return nil
	}
	if kind != firmwareEFI {
		return fmt.Errorf("firmware %q is neither bios nor efi", kind)
	}
	if f.SecureBoot && s.Arch == archX86 && !hasPCIe(s.Machine) {
		// It needs system management mode with protected memory.
		return fmt.Errorf("firmware: machine %q has no secure boot, q35 has", s.Machine)
	}
	if f.Loader != "" || f.Template != "" {
		return ownLoader(f, d)
	}
	d.OS.Firmware = firmwareEFI
	d.OS.FirmwareInfo = &libvirtxml.DomainOSFirmwareInfo{Features: firmwareFeatures(f.SecureBoot)}
	// Hosts have firmware for confidential guests as well, which keeps no variables.
	d.OS.Loader = &libvirtxml.DomainLoader{Stateless: "no"}
	return nil
}

// firmwareKind is what the guest boots with where nothing was said, too.
func firmwareKind(s *Spec) string {
	switch {
	case s.Platform.Firmware.Type != "":
		return s.Platform.Firmware.Type
	case s.Arch == archARM:
		return firmwareEFI
	}
	return firmwareBIOS
}

// firmwareFeatures choose among the files that a host has: with keys, so that
// only what is signed boots, or none of it. Unsaid, newer libvirts take the
// first that they find, which is one with keys.
func firmwareFeatures(secure bool) []libvirtxml.DomainOSFirmwareFeature {
	if secure {
		return []libvirtxml.DomainOSFirmwareFeature{{Enabled: "yes", Name: "enrolled-keys"}, {Enabled: "yes", Name: "secure-boot"}}
	}
	return []libvirtxml.DomainOSFirmwareFeature{{Enabled: "no", Name: "secure-boot"}}
}

// ownLoader takes files in place of those that libvirt finds.
func ownLoader(f Firmware, d *libvirtxml.Domain) error {
	if f.Loader == "" {
		return errors.New("firmware: a template goes with a loader, and there is none")
	}
	if err := absolute("firmware: loader", f.Loader); err != nil {
		return err
	}
	d.OS.Loader = &libvirtxml.DomainLoader{Path: f.Loader, Readonly: "yes", Type: "pflash"}
	if f.SecureBoot {
		d.OS.Loader.Secure = "yes"
	}
	if f.Template != "" {
		if err := absolute("firmware: template", f.Template); err != nil {
			return err
		}
		d.OS.NVRam = &libvirtxml.DomainNVRam{Template: f.Template}
	}
	return nil
}

// HasNVRAM says whether a domain of that XML, as libvirt gave it back, has
// variables of its own firmware: only then can a start reset them.
func HasNVRAM(inactiveXML string) bool {
	e, err := parseDomain(inactiveXML)
	if err != nil {
		return false
	}
	os := e.child("os")
	return os.attr("firmware") == firmwareEFI || strings.TrimSpace(os.child("loader").attr("type")) == "pflash"
}
