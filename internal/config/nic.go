// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// HardwareAddress is the MAC address of a guest's NIC: its own, else derived.
func (n NIC) HardwareAddress(project, guest string) string {
	if n.MAC != "" {
		return strings.ToLower(n.MAC)
	}
	return MAC(project, guest, cmp.Or(n.Name, n.Network))
}

// NICsOn are a guest's NICs on a network of the file.
func (g Guest) NICsOn(network string) []NIC {
	return slices.DeleteFunc(slices.Clone(g.Networks), func(n NIC) bool { return n.Network != network })
}

// HardwareAddresses are the MAC addresses of all NICs of a guest, in their order.
func (g Guest) HardwareAddresses(project string) []string {
	var out []string
	for _, n := range g.Networks {
		out = append(out, n.HardwareAddress(project, g.Name))
	}
	return out
}

// Number is a counted guest's place among those of its family, from 1; it is 1
// for a guest that is not counted.
func (g Guest) Number() int {
	suffix, more := strings.CutPrefix(g.Name, g.Family+"-")
	// The number is what ends it, whatever the variant; no variant's name does so.
	n, err := strconv.Atoi(suffix[strings.LastIndexByte(suffix, '-')+1:])
	if !more || err != nil {
		return 1
	}
	return n
}

// HostPort is the port of the host that a forward of the guest listens on.
func (g Guest) HostPort(f Forward) int { return f.Host + g.Number() - 1 }

// forwardsSSH says that a port of the host leads to the guest's ssh.
func (n NIC) forwardsSSH() bool {
	return slices.ContainsFunc(n.Forwards, func(f Forward) bool { return f.Guest == 22 && f.Protocol != "udp" })
}

// completeNICs is the NICs of one guest with their defaults.
func completeNICs(nics []NIC) []NIC {
	nics = slices.Clone(nics)
	for i := range nics {
		n := &nics[i]
		n.Name = cmp.Or(n.Name, n.Network)
		n.MAC = strings.ToLower(n.MAC)
		// One form for one meaning, so that specs compare equal.
		if n.Model == "virtio" {
			n.Model = ""
		}
		if n.Link == "up" {
			n.Link = ""
		}
	}
	return nics
}
