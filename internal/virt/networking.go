// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// sysNet has a folder for each network interface of this machine.
const sysNet = "/sys/class/net"

// readNetworking looks at what only the machine itself tells.
func (h *Host) readNetworking() {
	h.NoPasst = h.noPasst()
	h.OpenVSwitch = map[string]bool{}
	if !h.Local || !exists(filepath.Join(sysNet, "ovs-system")) {
		return
	}
	entries, err := os.ReadDir(sysNet)
	if err != nil {
		return
	}
	for _, e := range entries {
		// Interfaces of Open vSwitch are virtual and no bridges to Linux.
		virtual := exists(filepath.Join("/sys/devices/virtual/net", e.Name()))
		if virtual && !exists(filepath.Join(sysNet, e.Name(), "bridge")) && e.Name() != "lo" && e.Name() != "ovs-system" {
			h.OpenVSwitch[e.Name()] = true
		}
	}
}

// passtVersion is the first libvirt whose parser takes <backend type='passt'/>.
const passtVersion = 9001000

func (h *Host) noPasst() string {
	switch {
	case h.LibVersion < passtVersion:
		return "passt needs libvirt 9.1 or later (9.0 lists it and refuses it as an unknown backend)"
	case !h.Local:
		return "whether a remote host has passt cannot be seen (`backend: passt` uses it all the same)"
	}
	if _, err := exec.LookPath("passt"); err != nil {
		return "passt is not installed (package passt)"
	}
	return ""
}

// LacksInterface says why guests cannot be put on an interface of the host;
// empty where they can, and where this machine cannot tell.
func (h *Host) LacksInterface(name string, bridge bool) string {
	switch {
	case !h.Local:
		return ""
	case !exists(filepath.Join(sysNet, name)):
		return fmt.Sprintf("this host has no interface `%s`", name)
	case bridge && !h.OpenVSwitch[name] && !exists(filepath.Join(sysNet, name, "bridge")):
		return fmt.Sprintf("interface `%s` is no bridge", name)
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
