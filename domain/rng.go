// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"errors"
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// rngBuiltin is QEMU's own source of randomness.
const rngBuiltin = "builtin"

// rng gives the guest entropy at once, so that nothing in its boot waits for it.
func rng(s *Spec, d *libvirtxml.Domain) error {
	r := s.Platform.RNG
	device := libvirtxml.DomainRNG{Model: "virtio", Backend: &libvirtxml.DomainRNGBackend{}}
	if r.Source == rngBuiltin {
		device.Backend.BuiltIn = &libvirtxml.DomainRNGBackendBuiltIn{}
	} else {
		source := cmp.Or(r.Source, "/dev/urandom")
		if err := absolute("rng", source); err != nil {
			return fmt.Errorf("%w (a device of the host, or %s)", err, rngBuiltin)
		}
		device.Backend.Random = &libvirtxml.DomainRNGBackendRandom{Device: source}
	}
	switch {
	case r.Bytes < 0 || r.Period < 0 || (r.Bytes == 0 && r.Period != 0):
		return errors.New("rng: a period goes with a number of bytes")
	case r.Bytes > 0:
		device.Rate = &libvirtxml.DomainRNGRate{Bytes: uint(r.Bytes), Period: uint(cmp.Or(r.Period, 1000))}
	}
	d.Devices.RNGs = []libvirtxml.DomainRNG{device}
	return nil
}
