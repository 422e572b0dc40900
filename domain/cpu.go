// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// Domain types of libvirt.
const (
	typeKVM = "kvm"
	typeTCG = "qemu"
)

// cpu gives the guest all that the accelerator can do. Under TCG that is mode
// maximum (QEMU's "max"): libvirt's default there, qemu64, lacks x86-64-v2,
// which current distributions demand, and host-model fakes the host's vendor
// and model for no gain in speed. host-passthrough leaves `migratable` to
// libvirt and QEMU.
func cpu(s *Spec, d *libvirtxml.Domain) error {
	if s.CPUs < 1 {
		return fmt.Errorf("cpus %d: a guest needs one at least", s.CPUs)
	}
	d.VCPU = &libvirtxml.DomainVCPU{Placement: "static", Value: uint(s.CPUs)}
	d.CPU = &libvirtxml.DomainCPU{Mode: "host-passthrough"}
	if s.Type == typeTCG {
		d.CPU.Mode = "maximum"
	}
	return nil
}
