// SPDX-License-Identifier: Apache-2.0

package config

import (
	"math"
	"strings"
	"time"
)

// platform checks the devices of the board, each against what its board can have.
func (v validator) platform(f family) {
	v.machine(f)
	v.firmware(f)
	v.tpm(f)
	v.watchdog(f)
	v.vsock(f)
	v.rng(f)
	v.panicDevice(f)
	v.consoles(f)
	v.graphics(f)
	v.iommu(f)
	v.rootPorts(f)
	v.hostDevices(f)
}

func (v validator) tpm(f family) {
	t := f.spec.TPM
	if t == nil || v.isBroken(f.at("tpm")) {
		return
	}
	model, version := f.at("tpm.model"), f.at("tpm.version")
	virt := boardOf(f.spec) == boardVirt
	switch {
	case t.Model == "tpm-crb" && virt:
		v.value(model, "must be tpm-tis with machine virt, got `tpm-crb`")
	case t.Version == "1.2" && virt:
		v.value(version, "must be 2.0 with machine virt, got `1.2`")
	case t.Version == "1.2" && t.Model != "tpm-tis" && !v.isBroken(model):
		v.value(version, "must be 2.0 with model tpm-crb, got `1.2`; tpm-tis has both")
	}
}

// watchdog follows libvirt: the ICH9's own one is part of q35, ib700 goes with pc
// alone (older ones let q35 have it too), i6300esb sits on PCI.
func (v validator) watchdog(f family) {
	w, at := f.spec.Watchdog, f.at("watchdog.model")
	if w == nil || v.isBroken(f.at("watchdog")) {
		return
	}
	switch {
	case w.Model == "itco" && !onBoard(f, boardQ35):
		v.value(at, "must only be itco with machine q35, which has it built in, got machine %s", boardOf(f.spec))
	case w.Model == "ib700" && boardOf(f.spec) != boardPC:
		v.value(at, "must only be ib700 with `machine: pc`; i6300esb goes with every machine")
	}
}

func (v validator) vsock(f family) {
	at := f.at("vsock.cid")
	if f.spec.Vsock == nil || !f.layout.said(at) || v.isBroken(at) {
		return
	}
	// The highest 32-bit number is VMADDR_CID_ANY.
	if f.spec.Vsock.CID >= math.MaxUint32 {
		v.value(at, "must be 3 to %d, got %d", uint32(math.MaxUint32-1), f.spec.Vsock.CID)
	}
	if f.count > 1 {
		v.key(at, "must not be given with count %d: each guest needs one of its own, which libvirt finds", f.count)
	}
}

// contextIDs checks that no two guests of the project have one vsock address.
func (v validator) contextIDs() {
	owner := map[int]string{}
	for _, f := range v.families {
		at := f.at("vsock.cid")
		if f.spec.Vsock == nil || !f.layout.said(at) || v.isBroken(at) {
			continue
		}
		cid := f.spec.Vsock.CID
		if other, taken := owner[cid]; taken {
			v.value(at, "must be a context id of its own, got %d, which is that of %s", cid, other)
			continue
		}
		owner[cid] = "guest " + f.name
	}
}

func (v validator) rng(f family) {
	r := f.spec.RNG
	if r == nil || v.isBroken(f.at("rng")) {
		return
	}
	source, period := f.at("rng.source"), f.at("rng.period")
	if f.layout.said(source) && r.Source != "builtin" && !strings.HasPrefix(r.Source, "/dev/") {
		v.value(source, "must be builtin or a device below /dev, got %s", quote(r.Source))
	}
	if !f.layout.said(period) {
		return
	}
	switch d := time.Duration(r.Period); {
	case !f.said("rng.bytes"):
		v.key(period, "must only be given with `bytes`, how many there are in it")
	case d < time.Millisecond || d%time.Millisecond != 0:
		v.value(period, "must be whole milliseconds and more than 0, got %s", r.Period)
	}
}

func (v validator) panicDevice(f family) {
	if f.spec.Panic == "isa" && !onBoard(f, boardQ35, boardPC) {
		v.value(f.at("panic"), "must only be isa on a machine with an ISA bus, got machine %s; pvpanic is on PCI", boardOf(f.spec))
	}
}

func (v validator) consoles(f family) {
	if c := f.spec.Consoles; c != nil && c.Serial > 1 && !onBoard(f, boardQ35, boardPC) {
		v.value(f.at("consoles.serial"), "must be 1 with machine virt, which has no more, got %d", c.Serial)
	}
}

func (v validator) graphics(f family) {
	g := f.spec.Graphics
	if g == nil || v.isBroken(f.at("graphics")) || v.isBroken(f.at("graphics.type")) {
		return
	}
	for _, key := range []string{"listen", "video"} {
		if at := f.at("graphics." + key); g.Type == "none" && f.layout.said(at) {
			v.key(at, "must not be given with type none")
		}
	}
	if g.Video != "" && g.Video != "virtio" && !onBoard(f, boardQ35, boardPC) {
		v.value(f.at("graphics.video"), "must be virtio with machine virt, got %s", quote(g.Video))
	}
}

// iommu follows libvirt, and QEMU, which emulates VT-d with q35 only.
func (v validator) iommu(f family) {
	i, at := f.spec.IOMMU, f.at("iommu.model")
	if i == nil || v.isBroken(f.at("iommu")) || v.isBroken(at) {
		return
	}
	needs := map[string][]board{"intel": {boardQ35}, "virtio": {boardQ35, boardVirt}, "smmuv3": {boardVirt}}[i.Model]
	if !onBoard(f, needs...) {
		words := make([]string, len(needs))
		for n, b := range needs {
			words[n] = string(b)
		}
		v.value(at, "must only be %s with machine %s, got machine %s", i.Model, strings.Join(words, " or "), boardOf(f.spec))
	}
	for _, key := range []string{"intremap", "cachingMode", "iotlb", "addressBits"} {
		if own := f.at("iommu." + key); i.Model != "intel" && f.layout.said(own) {
			v.key(own, "must only be given with model intel, got model %s", i.Model)
		}
	}
	if own := f.at("iommu.addressBits"); i.Model == "intel" && f.layout.said(own) && i.AddressBits != 39 && i.AddressBits != 48 {
		v.value(own, "must be 39 or 48, got %d", i.AddressBits)
	}
}

func (v validator) rootPorts(f family) {
	if n := f.spec.RootPorts; n != nil && *n > 0 && boardOf(f.spec) == boardPC {
		v.key(f.at("rootPorts"), "must not be given with machine pc, which has no PCI Express")
	}
}
