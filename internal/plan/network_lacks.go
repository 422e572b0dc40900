// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"

	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// Versions from which libvirt and QEMU have what some NICs need.
const (
	bridgeVLANs = 11000000 // VLAN tags on a Linux bridge
	igbModel    = 8000000  // QEMU's igb
)

// NetworkLacks are what the host lacks of what a guest's NICs want. declared are
// the file's networks.
func NetworkLacks(spec config.Guest, declared map[string]config.Network, host virt.Host) []string {
	var lacks []string
	for _, nic := range spec.Networks {
		n := declared[nic.Network]
		for _, lack := range []string{lacksInterface(n, host), lacksVLAN(nic, n, host), lacksPasst(nic, n, host), lacksModel(nic, host)} {
			if lack != "" {
				lacks = append(lacks, fmt.Sprintf("network `%s`: %s", nic.Network, lack))
			}
		}
	}
	return lacks
}

func lacksInterface(n config.Network, host virt.Host) string {
	switch n.Mode {
	case config.NetworkBridge:
		return host.LacksInterface(n.Bridge, true)
	case config.NetworkMacvtap:
		return host.LacksInterface(n.Dev, false)
	default:
		return ""
	}
}

// lacksVLAN knows bridges; on an existing network libvirt decides.
func lacksVLAN(nic config.NIC, n config.Network, host virt.Host) string {
	switch {
	case nic.VLAN == 0 || n.Mode == config.NetworkExisting || host.LibVersion >= bridgeVLANs:
		return ""
	case n.Mode == config.NetworkMacvtap && n.Macvtap == "passthrough":
		return "" // the tag is the virtual function's
	case n.Mode == config.NetworkBridge && (host.IsOpenVSwitch(n.Bridge) || !host.Local):
		return ""
	default:
		return "a VLAN needs a bridge of Open vSwitch, or libvirt 11.0 and later"
	}
}

func lacksPasst(nic config.NIC, n config.Network, host virt.Host) string {
	asked := n.Backend == "passt" || n.Backend == "" && len(nic.Forwards) > 0
	if n.Mode != config.NetworkUser || !asked || host.NoPasst == "" || n.Backend == "passt" && !host.Local {
		return ""
	}
	return host.NoPasst
}

func lacksModel(nic config.NIC, host virt.Host) string {
	if nic.Model == "igb" && host.QEMUVersion != 0 && host.QEMUVersion < igbModel {
		return "model igb needs QEMU 8.0 or later"
	}
	return ""
}
