// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
	"strings"
)

const (
	maxCPUs   = 4096
	minMemory = Size(64 << 20)
	mebibyte  = Size(1 << 20)
)

// guest checks the spec of a family's guests.
func (v validator) guest(f family) {
	v.resources(f)
	v.image(f)
	v.imageless(f)
	v.nics(f)
	v.boot(f)
	v.ready(f)
	v.timeouts(f)
	v.processor(f)
	v.memory(f)
	v.numa(f)
	v.cpuTune(f)
	v.platform(f)
	v.gdb(f)
	v.qemu(f)
	v.merge(f)
	v.disks(f)
	v.shares(f)
	v.mounts(f)
	v.recycle(f)
}

func (v validator) resources(f family) {
	if g := f.spec; g.CPUs < 1 || g.CPUs > maxCPUs {
		v.value(f.at("cpus"), "must be 1 to %d, got %d", maxCPUs, g.CPUs)
	}
	switch memory := f.spec.Memory; {
	case memory < minMemory:
		v.value(f.at("memory"), "must be at least %s, got %s", minMemory, memory)
	case memory%mebibyte != 0:
		v.value(f.at("memory"), "must be a multiple of 1MiB, got %s", memory)
	}
	if size := f.spec.Root.Size; f.spec.Imageless == nil && f.said("root.size") && (size == 0 || size%minBlock != 0) {
		v.value(f.at("root.size"), "must be a multiple of %d bytes and more than 0, got %s", minBlock, size)
	}
}

func (v validator) image(f family) {
	if f.spec.Imageless != nil || len(v.file.Images) == 0 || v.isBroken("images") {
		return
	}
	at := f.at("image")
	if !f.said("image") {
		if f.spec.Image == "" {
			v.key(at, "is required where there are several images; choose one of %s", choices(v.file.Images))
		}
		return
	}
	if _, ok := v.file.Images[f.spec.Image]; !ok {
		v.value(at, "must be an image of this file (%s), got %s%s",
			choices(v.file.Images), quote(f.spec.Image), didYouMean(f.spec.Image, sortedKeys(v.file.Images)))
	}
}

func (v validator) boot(f family) {
	if f.spec.Kernel != "" || f.said("kernel") {
		return
	}
	for _, key := range []string{"initrd", "cmdline"} {
		if f.said(key) {
			v.key(f.at(key), "must only be given with `kernel`")
		}
	}
}

func (v validator) ready(f family) {
	at := f.at("ready")
	if len(f.spec.Ready) == 0 {
		v.value(at, "must have at least one probe; [running] waits for the start only")
	}
	met := map[ProbeKind]bool{}
	withoutNIC := len(f.spec.Networks) == 0 && f.said("networks")
	for i, probe := range f.spec.Ready {
		if slices.Contains([]ProbeKind{ProbeSSH, ProbeAddress, ProbeCommand}, probe.Kind) {
			switch {
			case withoutNIC:
				v.value(item(at, i), "must not be %s in a guest without a network", probe.Kind)
			case f.said("ready") && !v.hostReaches(f) && !v.hasBroken(at) && !v.hasBroken(f.at("networks")):
				v.value(item(at, i), "must not be %s in a guest that the host cannot reach: forward a port to its port 22", probe.Kind)
			}
		}
		if met[probe.Kind] && probe.Kind != ProbeCommand {
			v.value(item(at, i), "must be named once, got %s again", quote(string(probe.Kind)))
		}
		met[probe.Kind] = true
	}
}

// hostReaches says that there may be a way from the host to a guest's port 22.
// A network that is wrong itself is taken for one.
func (v validator) hostReaches(f family) bool {
	return len(f.spec.Networks) == 0 || slices.ContainsFunc(f.spec.Networks, func(n NIC) bool {
		return v.file.Networks[n.Network].Mode != NetworkUser || n.forwardsSSH()
	})
}

func (v validator) timeouts(f family) {
	if f.spec.ReadyTimeout <= 0 {
		v.value(f.at("readyTimeout"), "must be more than 0, got %s", f.spec.ReadyTimeout)
	}
	if f.spec.StopTimeout <= 0 {
		v.value(f.at("stopTimeout"), "must be more than 0, got %s", f.spec.StopTimeout)
	}
}

func (v validator) recycle(f family) {
	if f.decl.Recycle == nil {
		return
	}
	var declared, names []string
	for _, d := range f.decl.Disks {
		declared = append(declared, d.Name)
	}
	for _, d := range f.spec.Disks {
		names = append(names, d.Name)
	}
	known := cmp.Or(strings.Join(declared, ", "), "it has none")
	for i, name := range f.decl.Recycle.Disks {
		if !slices.Contains(declared, name) && !slices.Contains(names, name) {
			v.value(item(f.at("recycle.disks"), i), "must be a disk of the guest (%s), got %s%s", known, quote(name), didYouMean(name, append(declared, names...)))
		}
	}
}
