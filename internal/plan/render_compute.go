// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"strconv"

	"vmprov/domain"
	"vmprov/internal/config"
)

// compute is processor and memory beyond their size.
func (r rendering) compute() (domain.Compute, error) {
	c := domain.Compute{
		MaxCPUs: r.spec.MaxCPUs, CurrentMemory: uint64(r.spec.CurrentMemory),
		Backing: memoryBacking(r.spec.MemoryBacking),
	}
	if m := r.spec.MaxMemory; m != nil {
		c.MaxMemory, c.MaxMemorySlots = uint64(m.Size), m.Slots
	}
	for _, d := range r.spec.DIMMs {
		c.DIMMs = append(c.DIMMs, domain.DIMM{Size: uint64(d.Size), Node: d.Node})
	}
	if t := r.spec.NUMATune; t != nil {
		c.HostNodes, c.HostNodesMode = t.Nodeset, t.Mode
	}
	var errs [3]error
	c.CPU, errs[0] = r.cpu()
	c.Nodes, errs[1] = numaNodes(r.spec.NUMA)
	c.Pins, errs[2] = pins(r.spec.CPUTune)
	return c, errors.Join(errs[:]...)
}

func (r rendering) cpu() (domain.CPU, error) {
	have := r.spec.CPU
	if have == nil {
		return domain.CPU{}, nil
	}
	c := domain.CPU{
		Mode: have.Mode, Model: have.Model, Features: have.Features,
		Sockets: have.Sockets, Dies: have.Dies, Cores: have.Cores, Threads: have.Threads,
	}
	if have.Nested == nil {
		return c, nil
	}
	board := r.board()
	if board.arch != "x86_64" {
		return domain.CPU{}, fmt.Errorf("cpu: nested: %s has no CPU feature for it, only x86_64 has", board.arch)
	}
	if !*have.Nested {
		// QEMU knows both names on every host.
		c.NestedOff = []string{"svm", "vmx"}
		return c, nil
	}
	feature := "svm" // the one that emulation knows
	if board.domainType == "kvm" {
		feature = r.desired.Host.Virtualisation
	}
	if feature == "" {
		return domain.CPU{}, errors.New("cpu: nested: the host's CPU has neither vmx nor svm")
	}
	c.NestedOn = []string{feature}
	return c, nil
}

func memoryBacking(b *config.MemoryBacking) domain.MemoryBacking {
	if b == nil {
		return domain.MemoryBacking{}
	}
	return domain.MemoryBacking{
		Source: b.Source, Shared: b.Shared, Hugepages: uint64(b.Hugepages),
		Locked: b.Locked, NoSharePages: b.NoSharePages, Allocation: b.Allocation,
	}
}

func numaNodes(nodes []config.NUMANode) ([]domain.NUMANode, error) {
	out := make([]domain.NUMANode, 0, len(nodes))
	for i, n := range nodes {
		distances, err := numbered(n.Distances)
		if err != nil {
			return nil, fmt.Errorf("numa node %d: distances: %w", i, err)
		}
		out = append(out, domain.NUMANode{CPUs: n.CPUs, Memory: uint64(n.Memory), Distances: distances, HostNodes: n.HostNodes})
	}
	return out, nil
}

func pins(t *config.CPUTune) (domain.Pins, error) {
	if t == nil {
		return domain.Pins{}, nil
	}
	vcpus, err := numbered(t.VCPUPin)
	if err != nil {
		return domain.Pins{}, fmt.Errorf("vcpupin: %w", err)
	}
	threads, err := numbered(t.IOThreadPin)
	if err != nil {
		return domain.Pins{}, fmt.Errorf("iothreadpin: %w", err)
	}
	return domain.Pins{VCPUs: vcpus, Emulator: t.EmulatorPin, IOThreads: threads}, nil
}

// numbered reads the keys of a mapping as numbers.
func numbered[V any](in map[string]V) (map[int]V, error) {
	out := make(map[int]V, len(in))
	for key, value := range in {
		n, err := strconv.Atoi(key)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", key)
		}
		out[n] = value
	}
	return out, nil
}
