// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// general sets what the guest is called and what happens at the end of its
// run. A crashed guest is destroyed, not restarted, so that the crash is seen.
func general(s *Spec, d *libvirtxml.Domain) error {
	if s.Name == "" {
		return errors.New("name is empty")
	}
	if strings.Contains(s.Name, "/") {
		return errors.New("name contains a '/', which libvirt refuses")
	}
	if s.Type != typeKVM && s.Type != typeTCG {
		return fmt.Errorf("type %q is neither kvm nor qemu", s.Type)
	}
	d.Type, d.Name, d.UUID = s.Type, s.Name, s.UUID
	d.OnPoweroff, d.OnReboot, d.OnCrash = "destroy", "restart", "destroy"
	return nil
}

// emulator names the QEMU binary where the caller knows a better one than libvirt.
func emulator(s *Spec, d *libvirtxml.Domain) error {
	d.Devices.Emulator = s.Emulator
	return nil
}
