// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// Limits of QEMU: the count of strings of an SMBIOS structure is one byte, the
// tables of an SMBIOS 2 entry point end at 64 KiB (the rest is left to the
// tables that every guest has), and a fw_cfg name has 56 bytes with its end.
const (
	maxOEMStrings     = 255
	maxOEMStringBytes = 60 << 10
	maxFWCfgName      = 55
)

// sysinfo hands strings and files to the guest through its firmware tables.
func sysinfo(s *Spec, d *libvirtxml.Domain) error {
	if err := oemStrings(s.OEMStrings, d); err != nil {
		return err
	}
	return fwCfg(s.FWCfg, d)
}

// oemStrings become SMBIOS type 11 strings, where systemd finds credentials.
func oemStrings(texts []string, d *libvirtxml.Domain) error {
	if len(texts) == 0 {
		return nil
	}
	if len(texts) > maxOEMStrings {
		return fmt.Errorf("oem strings: %d of them, at most %d fit", len(texts), maxOEMStrings)
	}
	size := 0
	for i, t := range texts {
		if t == "" {
			return fmt.Errorf("oem string %d is empty", i+1)
		}
		size += len(t) + 1
	}
	if size > maxOEMStringBytes {
		return fmt.Errorf("oem strings: %d bytes, at most %d fit", size, maxOEMStringBytes)
	}
	d.OS.SMBios = &libvirtxml.DomainSMBios{Mode: "sysinfo"}
	d.SysInfo = append(d.SysInfo, libvirtxml.DomainSysInfo{SMBIOS: &libvirtxml.DomainSysInfoSMBIOS{
		OEMStrings: &libvirtxml.DomainSysInfoOEMStrings{Entry: texts},
	}})
	return nil
}

// fwCfg entries are files of the host: unlike OEM strings their content stands
// neither in the XML nor on QEMU's command line.
func fwCfg(files []FWCfgFile, d *libvirtxml.Domain) error {
	if len(files) == 0 {
		return nil
	}
	info := &libvirtxml.DomainSysInfoFWCfg{}
	for _, f := range files {
		device := fmt.Sprintf("fw_cfg file %q", f.Name)
		if err := fwCfgName(f.Name); err != nil {
			return fmt.Errorf("%s: %w", device, err)
		}
		if err := absolute(device, f.File); err != nil {
			return err
		}
		info.Entry = append(info.Entry, libvirtxml.DomainSysInfoEntry{Name: f.Name, File: f.File})
	}
	d.SysInfo = append(d.SysInfo, libvirtxml.DomainSysInfo{FWCfg: info})
	return nil
}

func fwCfgName(name string) error {
	if !strings.HasPrefix(name, "opt/") {
		return errors.New("libvirt takes only names that start with opt/")
	}
	if len(name) > maxFWCfgName {
		return fmt.Errorf("name of %d bytes, at most %d fit", len(name), maxFWCfgName)
	}
	return nil
}
