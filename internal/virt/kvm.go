// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"encoding/xml"
	"os"
	"strings"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// kvm says whether KVM is real on this host, and if not why. A listing in the
// capabilities is needed but is no proof: on a nested host without vmx or svm
// libvirt lists kvm and QEMU then aborts or hangs.
func (h *Host) kvm(conn *libvirt.Connect, listed bool) (real bool, why string) {
	if !listed {
		return false, "this host offers no kvm"
	}
	if h.Arch != "x86_64" && h.Arch != "i686" {
		return true, ""
	}
	if h.Virtualisation = h.virtualisation(conn); h.Virtualisation != "" {
		return true, ""
	}
	return false, "libvirt lists kvm, but the host's CPU has neither vmx nor svm"
}

// virtualisation looks for vmx or svm: in /proc/cpuinfo on this machine,
// else in the host's CPU with its features expanded, since the capabilities
// name only what the CPU model lacks.
func (h *Host) virtualisation(conn *libvirt.Connect) string {
	if h.Local {
		if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
			return cpuinfoHas(string(data), "vmx", "svm")
		}
	}
	text, err := conn.GetCapabilities()
	if err != nil {
		return ""
	}
	var caps libvirtxml.Caps
	if err := caps.Unmarshal(text); err != nil {
		return ""
	}
	cpu, err := xml.Marshal(caps.Host.CPU)
	if err != nil {
		return ""
	}
	expanded, err := conn.BaselineCPU([]string{string(cpu)}, libvirt.CONNECT_BASELINE_CPU_EXPAND_FEATURES)
	if err != nil {
		return ""
	}
	for _, feature := range []string{"vmx", "svm"} {
		if strings.Contains(expanded, "'"+feature+"'") {
			return feature
		}
	}
	return ""
}

// cpuinfoHas is the first of flags that a processor has, empty for none.
func cpuinfoHas(cpuinfo string, flags ...string) string {
	for line := range strings.Lines(cpuinfo) {
		key, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(key) != "flags" {
			continue
		}
		for _, have := range strings.Fields(value) {
			for _, want := range flags {
				if have == want {
					return want
				}
			}
		}
	}
	return ""
}
