// SPDX-License-Identifier: Apache-2.0

package domain

import "fmt"

// computeTexts are the strings of processor and memory that reach the XML escaped.
func computeTexts(c Compute) []text {
	out := []text{
		{"cpu: mode", c.CPU.Mode}, {"cpu: model", c.CPU.Model},
		{"memory backing: source", c.Backing.Source}, {"memory backing: allocation", c.Backing.Allocation},
		{"numatune: nodeset", c.HostNodes}, {"numatune: mode", c.HostNodesMode}, {"emulatorpin", c.Pins.Emulator},
	}
	for name, policy := range c.CPU.Features {
		out = append(out, text{"cpu: feature", name}, text{"cpu: feature " + name, policy})
	}
	for i, n := range c.Nodes {
		node := fmt.Sprintf("numa node %d", i)
		out = append(out, text{node + ": cpus", n.CPUs}, text{node + ": host nodes", n.HostNodes})
	}
	for vcpu, cpus := range c.Pins.VCPUs {
		out = append(out, text{fmt.Sprintf("vcpupin %d", vcpu), cpus})
	}
	for thread, cpus := range c.Pins.IOThreads {
		out = append(out, text{fmt.Sprintf("iothreadpin %d", thread), cpus})
	}
	return out
}

// platformTexts are the strings of the board's devices that reach the XML escaped.
func platformTexts(p Platform) []text {
	out := []text{
		{"firmware: loader", p.Firmware.Loader}, {"firmware: template", p.Firmware.Template},
		{"rng", p.RNG.Source}, {"video", p.Graphics.Video}, {"usb", p.USB},
	}
	if p.TPM != nil {
		out = append(out, text{"tpm: model", p.TPM.Model}, text{"tpm: version", p.TPM.Version})
	}
	if p.Watchdog != nil {
		out = append(out, text{"watchdog: model", p.Watchdog.Model}, text{"watchdog: action", p.Watchdog.Action})
	}
	if p.GDB != nil {
		out = append(out, text{"gdb: socket", p.GDB.Socket})
	}
	return out
}

// escapeTexts are the strings past libvirt's vocabulary; the fragment that is
// merged is XML of its own.
func escapeTexts(e Escape) []text {
	var out []text
	for i, a := range e.Args {
		out = append(out, text{fmt.Sprintf("qemu: argument %d", i+1), a})
	}
	for _, t := range e.Trace {
		out = append(out, text{"qemu: trace", t})
	}
	for _, l := range e.Log {
		out = append(out, text{"qemu: log", l})
	}
	for alias, properties := range e.Override {
		out = append(out, text{"qemu: override", alias})
		for _, p := range properties {
			out = append(out, text{"qemu: override " + alias, p.Name}, text{"qemu: override " + alias, p.Value})
		}
	}
	return out
}
