// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"errors"

	"libvirt.org/go/libvirtxml"
)

// tpm gives the guest a TPM that swtpm emulates. libvirt keeps its state with
// the definition and removes it when the guest is undefined.
func tpm(s *Spec, d *libvirtxml.Domain) error {
	t := s.Platform.TPM
	if t == nil {
		return nil
	}
	model := "tpm-crb"
	if s.Arch == archARM {
		model = "tpm-tis"
	}
	model = cmp.Or(t.Model, model)
	version := cmp.Or(t.Version, "2.0")
	switch {
	case model == "tpm-crb" && s.Arch == archARM:
		return errors.New("tpm: aarch64 has no tpm-crb, it has tpm-tis")
	case model == "tpm-crb" && version != "2.0":
		return errors.New("tpm: tpm-crb is of version 2.0, tpm-tis is of 1.2 too")
	}
	d.Devices.TPMs = []libvirtxml.DomainTPM{{
		Model:   model,
		Backend: &libvirtxml.DomainTPMBackend{Emulator: &libvirtxml.DomainTPMBackendEmulator{Version: version}},
	}}
	return nil
}
