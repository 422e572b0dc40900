// SPDX-License-Identifier: Apache-2.0

package config

// ACPI's distances between NUMA nodes (SLIT): of a node to itself, and the most.
const (
	localDistance = 10
	mostDistance  = 255
	// maxNUMANodes is what QEMU has (MAX_NODES).
	maxNUMANodes = 128
)

// numa checks the NUMA nodes of a family's guests and where the host takes
// their memory from.
func (v validator) numa(f family) {
	if tune := f.spec.NUMATune; tune != nil {
		v.hostSet(f.at("numatune.nodeset"), "NUMA nodes", tune.Nodeset)
	}
	if at := f.at("numa"); len(f.spec.NUMA) == 0 || v.isBroken(at) {
		return
	} else if n := len(f.spec.NUMA); n > maxNUMANodes {
		v.value(at, "must have at most %d nodes, got %d", maxNUMANodes, n)
		return
	}
	v.nodeMemory(f)
	v.nodeCPUs(f)
	for i, n := range f.spec.NUMA {
		v.distances(f, i)
		v.hostSet(item(f.at("numa"), i)+".hostNodes", "NUMA nodes", n.HostNodes)
	}
}

func (v validator) nodeMemory(f family) {
	at, sum, known := f.at("numa"), Size(0), !v.isBroken(f.at("memory"))
	for i, n := range f.spec.NUMA {
		here := item(at, i) + ".memory"
		known = known && f.layout.said(here) && !v.isBroken(here)
		if f.layout.said(here) && (n.Memory == 0 || n.Memory%mebibyte != 0) {
			v.value(here, "must be a multiple of 1MiB and more than 0, got %s", n.Memory)
			known = false
		}
		sum = plus(sum, n.Memory)
	}
	if known && sum != f.spec.Memory {
		v.value(at, "must have the guest's memory %s in all nodes together, got %s", f.spec.Memory, sum)
	}
}

// nodeCPUs checks that each CPU of the guest is in one node.
func (v validator) nodeCPUs(f family) {
	at, last := f.at("numa"), possibleCPUs(f.spec)-1
	if v.isBroken(f.at("cpus")) || v.isBroken(f.at("maxCPUs")) {
		return
	}
	var all, placed numbers
	all.addRange(0, last)
	sound := true
	for i, node := range f.spec.NUMA {
		here := item(at, i) + ".cpus"
		if !f.layout.said(here) {
			continue
		}
		set, ok := cpuSet(node.CPUs)
		foreign, own := set.minus(&all)
		fresh, twice := own.minus(&placed)
		switch {
		case !ok:
			v.value(here, "must be CPUs of the guest such as 0-3 or 0,2, got %s", quote(node.CPUs))
		case !foreign.isEmpty():
			v.value(here, "must be CPUs of the guest, 0 to %d, got %s", last, quote(node.CPUs))
		case !twice.isEmpty():
			v.value(here, "must not have CPU %s, which is in another node, got %s", &twice, quote(node.CPUs))
		}
		sound = sound && ok && foreign.isEmpty() && twice.isEmpty()
		for n := range placed {
			placed[n] |= fresh[n]
		}
	}
	if missing, _ := all.minus(&placed); sound && !missing.isEmpty() {
		v.value(at, "must have each of the guest's CPUs 0 to %d in a node, lacks %s", last, &missing)
	}
}

func (v validator) distances(f family, node int) {
	at, last := item(f.at("numa"), node)+".distances", len(f.spec.NUMA)-1
	for _, key := range sortedKeys(f.spec.NUMA[node].Distances) {
		here, distance := join(at, key), f.spec.NUMA[node].Distances[key]
		other, ok := plainNumber(key)
		switch {
		case !ok || other < 0 || other > last:
			v.key(here, "must be a NUMA node of the guest, 0 to %d, got %s", last, quote(key))
		case other == node && distance != localDistance:
			v.value(here, "must be %d, the distance of a node to itself, got %d", localDistance, distance)
		case other != node && (distance <= localDistance || distance > mostDistance):
			v.value(here, "must be %d to %d, got %d", localDistance+1, mostDistance, distance)
		}
	}
}
