// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"libvirt.org/go/libvirtxml"
)

// Domain types of libvirt.
const (
	typeKVM = "kvm"
	typeTCG = "qemu"
)

// cpu gives the guest all that the accelerator can do, unless another mode is
// asked for. Under TCG that is mode maximum (QEMU's "max"): libvirt's default
// there, qemu64, lacks x86-64-v2, which current distributions demand, and
// host-model fakes the host's vendor and model for no gain in speed.
// host-passthrough leaves `migratable` to libvirt and QEMU.
func cpu(s *Spec, d *libvirtxml.Domain) error {
	if s.CPUs < 1 {
		return fmt.Errorf("cpus %d: a guest needs one at least", s.CPUs)
	}
	highest := maxCPUs(s)
	if highest < s.CPUs {
		return fmt.Errorf("cpus %d: more than the %d that can be plugged up to", s.CPUs, highest)
	}
	d.VCPU = &libvirtxml.DomainVCPU{Placement: "static", Value: uint(highest)}
	if highest > s.CPUs {
		d.VCPU.Current = uint(s.CPUs)
	}
	c := s.Compute.CPU
	d.CPU = &libvirtxml.DomainCPU{Mode: cpuMode(c, s.Type), Features: cpuFeatures(c)}
	if c.Model != "" {
		if d.CPU.Mode != "custom" {
			return fmt.Errorf("cpu: mode %s takes no model", d.CPU.Mode)
		}
		d.CPU.Match, d.CPU.Model = "exact", &libvirtxml.DomainCPUModel{Fallback: "forbid", Value: c.Model}
	} else if d.CPU.Mode == "custom" {
		return errors.New("cpu: mode custom needs a model")
	}
	topology, err := cpuTopology(c, highest)
	d.CPU.Topology = topology
	return err
}

// maxCPUs is how many virtual CPUs the guest can have.
func maxCPUs(s *Spec) int { return cmp.Or(s.Compute.MaxCPUs, s.CPUs) }

func cpuMode(c CPU, domainType string) string {
	switch {
	case c.Mode != "":
		return c.Mode
	case c.Model != "":
		return "custom"
	case domainType == typeTCG:
		return "maximum"
	}
	return "host-passthrough"
}

// cpuFeatures are sorted, so that one guest gives one XML. A policy that was
// said for a feature holds before what nested virtualisation asks for.
func cpuFeatures(c CPU) []libvirtxml.DomainCPUFeature {
	policies := map[string]string{}
	for _, name := range c.NestedOff {
		policies[name] = "disable"
	}
	for _, name := range c.NestedOn {
		policies[name] = "require"
	}
	maps.Copy(policies, c.Features)
	var out []libvirtxml.DomainCPUFeature
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		out = append(out, libvirtxml.DomainCPUFeature{Name: name, Policy: policies[name]})
	}
	return out
}

// cpuTopology is nil where nothing was said: libvirt makes each CPU a socket then.
func cpuTopology(c CPU, cpus int) (*libvirtxml.DomainCPUTopology, error) {
	if c.Sockets == 0 && c.Dies == 0 && c.Cores == 0 && c.Threads == 0 {
		return nil, nil
	}
	t := &libvirtxml.DomainCPUTopology{
		Sockets: cmp.Or(c.Sockets, 1), Dies: c.Dies, Cores: cmp.Or(c.Cores, 1), Threads: cmp.Or(c.Threads, 1),
	}
	if all := t.Sockets * cmp.Or(t.Dies, 1) * t.Cores * t.Threads; all != cpus {
		return nil, fmt.Errorf("cpu: a topology of %d CPUs does not fit the %d of the guest", all, cpus)
	}
	return t, nil
}
