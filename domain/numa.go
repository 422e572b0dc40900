// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"libvirt.org/go/libvirtxml"
)

// numa sets the guest's NUMA nodes (<cpu><numa>) and where on the host their
// memory comes from (<numatune>). It follows cpu, whose element it adds to.
func numa(s *Spec, d *libvirtxml.Domain) error {
	nodes := numaNodes(s)
	sum := uint64(0)
	for i, n := range nodes {
		if n.Memory == 0 || n.Memory%kib != 0 {
			return fmt.Errorf("numa node %d: memory of %d bytes is not a positive multiple of 1 KiB", i, n.Memory)
		}
		sum += n.Memory
	}
	if len(nodes) > 0 {
		if sum != s.Memory {
			return fmt.Errorf("numa: the nodes have %d bytes together, the guest has %d", sum, s.Memory)
		}
		d.CPU.Numa = &libvirtxml.DomainNuma{Cell: numaCells(nodes)}
	}
	d.NUMATune = numaTune(s.Compute, nodes)
	return nil
}

// numaNodes are the declared nodes. Without any, a guest whose memory can grow
// has one with all that it has: QEMU plugs memory only where there are nodes.
func numaNodes(s *Spec) []NUMANode {
	if len(s.Compute.Nodes) > 0 || s.Compute.MaxMemory == 0 {
		return s.Compute.Nodes
	}
	cpus := "0"
	if last := maxCPUs(s) - 1; last > 0 {
		cpus = fmt.Sprintf("0-%d", last)
	}
	return []NUMANode{{CPUs: cpus, Memory: s.Memory}}
}

func numaCells(nodes []NUMANode) []libvirtxml.DomainCell {
	cells := make([]libvirtxml.DomainCell, 0, len(nodes))
	for i, n := range nodes {
		id := uint(i)
		cell := libvirtxml.DomainCell{ID: &id, CPUs: n.CPUs, Memory: uint(n.Memory / kib), Unit: "KiB"}
		if len(n.Distances) > 0 {
			cell.Distances = &libvirtxml.DomainCellDistances{}
		}
		for _, other := range slices.Sorted(maps.Keys(n.Distances)) {
			cell.Distances.Siblings = append(cell.Distances.Siblings, libvirtxml.DomainCellSibling{
				ID: uint(other), Value: uint(n.Distances[other]),
			})
		}
		cells = append(cells, cell)
	}
	return cells
}

// numaTune is nil where no node of the host was named.
func numaTune(c Compute, nodes []NUMANode) *libvirtxml.DomainNUMATune {
	tune := &libvirtxml.DomainNUMATune{}
	mode := cmp.Or(c.HostNodesMode, "strict")
	if c.HostNodes != "" {
		tune.Memory = &libvirtxml.DomainNUMATuneMemory{Mode: mode, Nodeset: c.HostNodes, Placement: "static"}
	}
	for i, n := range nodes {
		if n.HostNodes != "" {
			tune.MemNodes = append(tune.MemNodes, libvirtxml.DomainNUMATuneMemNode{CellID: uint(i), Mode: mode, Nodeset: n.HostNodes})
		}
	}
	if tune.Memory == nil && tune.MemNodes == nil {
		return nil
	}
	return tune
}
