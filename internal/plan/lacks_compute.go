// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/internal/config"
)

func (l *lacking) compute() {
	if most := l.has.MaxCPUs; most > 0 {
		if n := max(l.guest.CPUs, l.guest.MaxCPUs); n > most {
			l.say("cpus", "machine %s has %d CPUs at most, the guest wants %d", l.board.Machine, most, n)
		}
	}
	if l.guest.Accelerator == "kvm" && !l.host.KVM && l.host.NoKVM != "" {
		l.say("accelerator", "%s (leave it out to run by emulation, which is slow)", l.host.NoKVM)
	}
	if l.guest.CPU != nil {
		l.cpu(*l.guest.CPU)
	}
}

func (l *lacking) cpu(c config.CPU) {
	mode := c.Mode
	if mode == "" && c.Model != "" {
		mode = "custom"
	}
	if mode != "" && without(l.has.CPUModes, mode) {
		l.say("cpu.mode", "%s cannot be had with %s on this host (leave it out, or use maximum)", mode, accelerated(l.board.Type))
	}
	if c.Model != "" && l.has.CPUModels != nil {
		switch usable, known := l.has.CPUModels[c.Model]; {
		case !known:
			l.say("cpu.model", "this libvirt has no CPU model %s (`virsh cpu-models %s` lists them)", c.Model, l.board.Arch)
		case !usable:
			l.say("cpu.model", "%s cannot be had on this host with %s (`virsh domcapabilities` lists those with usable='yes')", c.Model, accelerated(l.board.Type))
		}
	}
	if c.Nested != nil && *c.Nested && l.board.Type == "kvm" && l.host.Facts.NoNested != "" {
		l.say("cpu.nested", "%s", l.host.Facts.NoNested)
	}
}

// accelerated is libvirt's domain type in the vocabulary's word.
func accelerated(domainType string) string {
	if domainType == "qemu" {
		return "tcg"
	}
	return domainType
}

func (l *lacking) memory() {
	b := l.guest.MemoryBacking
	if b == nil {
		return
	}
	if b.Source != "" && without(l.has.MemorySources, b.Source) {
		l.say("memoryBacking.source", "this libvirt has no memory of source %s", b.Source)
	}
	if b.Hugepages == 0 || l.host.Facts.Hugepages == nil {
		return
	}
	want := pages(l.guest)
	have, ok := l.host.Facts.Hugepages[uint64(b.Hugepages)]
	switch {
	case !ok:
		l.say("memoryBacking.hugepages", "this host has no pages of %s", b.Hugepages)
	case have.Reserved < want:
		l.say("memoryBacking.hugepages", "%d pages of %s are wanted, the host has %d reserved (reserve them: sysctl vm.nr_hugepages, or hugepagesz= and hugepages= on its kernel command line)",
			want, b.Hugepages, have.Reserved)
	}
}

// pages is how many huge pages a guest's memory takes.
func pages(g config.Guest) uint64 {
	if g.MemoryBacking == nil || g.MemoryBacking.Hugepages == 0 {
		return 0
	}
	size := uint64(g.MemoryBacking.Hugepages)
	memory := uint64(g.Memory)
	for _, d := range g.DIMMs {
		memory += uint64(d.Size)
	}
	return (memory + size - 1) / size
}
