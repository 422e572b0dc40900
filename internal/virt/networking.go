// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"fmt"
	"os/exec"
)

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

// IsOpenVSwitch says that Open vSwitch makes a bridge of this machine.
func (h *Host) IsOpenVSwitch(bridge string) bool { return h.Links[bridge] == "openvswitch" }

// LacksInterface says why guests cannot be put on an interface of the host, or
// on a bridge; empty where they can, and where this machine cannot tell.
func (h *Host) LacksInterface(name string, bridge bool) string {
	kind, exists := h.Links[name]
	switch {
	case h.Links == nil:
		return ""
	case !exists:
		return fmt.Sprintf("this host has no interface `%s`", name)
	case bridge && kind != "bridge" && kind != "openvswitch":
		return fmt.Sprintf("interface `%s` is no bridge", name)
	}
	return ""
}
