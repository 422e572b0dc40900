// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net"
	"net/netip"
	"slices"
)

// nics checks the NICs of a family's guests.
func (v validator) nics(f family) {
	if v.isBroken("networks") {
		return
	}
	at := f.at("networks")
	if !f.said("networks") && len(v.file.Networks) > 1 {
		v.key(at, "is required where there are several networks; choose from %s, or [] for none", choices(v.file.Networks))
	}
	met := map[string]bool{}
	for i, nic := range f.spec.Networks {
		here := item(at, i)
		said := ""
		if i < len(f.decl.Networks) {
			said = f.decl.Networks[i].Name
		}
		v.nicName(nic, said, here, met)
		v.nicAddress(f, nic, here)
		v.nicMAC(f, nic, here)
		network, known := v.file.Networks[nic.Network]
		if !known {
			v.value(here+".network", "must be a network of this file (%s), got %s%s",
				choices(v.file.Networks), quote(nic.Network), didYouMean(nic.Network, sortedKeys(v.file.Networks)))
			continue
		}
		if !v.isBroken(join("networks", nic.Network) + ".mode") {
			v.nicKeys(f, nic, network, here)
			v.forwards(nic, network, here)
		}
	}
}

// nicName checks a name as the file says it; nic has the default where it says none.
func (v validator) nicName(nic NIC, said, at string, met map[string]bool) {
	if v.layout.said(at + ".name") {
		v.label(at+".name", said)
	}
	if met[nic.Name] {
		v.value(at, "must be named once, got %s again (`name` tells two NICs on one network apart)", quote(nic.Name))
	}
	met[nic.Name] = true
}

// nicKeys checks that a NIC says only what its model, its board and its network can do.
func (v validator) nicKeys(f family, nic NIC, network Network, at string) {
	// virtio, the default, is written as nothing.
	for _, key := range []string{"queues", "mtu"} {
		if own := at + "." + key; nic.Model != "" && v.layout.said(own) && !v.isBroken(at+".model") {
			v.key(own, "must only be given with model virtio, got model %s", nic.Model)
		}
	}
	if v.layout.said(at+".mtu") && (network.Mode == NetworkUser || network.Mode == NetworkMacvtap) {
		v.key(at+".mtu", "must not be given on a network of mode %s, whose guests libvirt tells none", network.Mode)
	}
	if nic.Queues > 1 && network.Mode == NetworkUser {
		v.key(at+".queues", "must not be given on a network of mode user, which has one")
	}
	if nic.Model == "igb" && boardOf(f.spec) == boardPC {
		v.value(at+".model", "must not be igb with machine pc, which has no PCI Express")
	}
	if v.layout.said(at+".vlan") && !tagged(network) {
		v.key(at+".vlan", "must only be given on a network of mode bridge or existing, or macvtap in mode passthrough, got mode %s", network.Mode)
	}
}

// tagged says that libvirt can tag the frames of a NIC on the network.
func tagged(n Network) bool {
	return slices.Contains([]NetworkMode{NetworkBridge, NetworkExisting}, n.Mode) || n.Mode == NetworkMacvtap && n.Macvtap == "passthrough"
}

// nicMAC checks a MAC address alone; that it is the only one is checked for the whole project.
func (v validator) nicMAC(f family, nic NIC, at string) {
	at += ".mac"
	if !v.layout.said(at) {
		return
	}
	mac, err := net.ParseMAC(nic.MAC)
	switch {
	case err != nil || len(mac) != 6 || mac.String() != nic.MAC:
		v.value(at, "must be a MAC address such as 52:54:00:12:34:56, got %s", quote(nic.MAC))
	case mac[0]&1 != 0:
		v.value(at, "must be a unicast address, whose first byte is even, got %s", quote(nic.MAC))
	case mac[0] == 0xfe:
		v.value(at, "must not start with fe, which libvirt gives to the host's side, got %s", quote(nic.MAC))
	case nic.MAC == "00:00:00:00:00:00":
		v.value(at, "must not be all zero")
	case f.count > 1:
		v.key(at, "must not be given with count %d: each guest needs one of its own, which is derived", f.count)
	}
}

// forwards checks the ports of the host that lead to a NIC.
func (v validator) forwards(nic NIC, network Network, at string) {
	at += ".forwards"
	if len(nic.Forwards) == 0 {
		return
	}
	switch {
	case network.Mode != NetworkUser:
		v.key(at, "must only be given on a network of mode user, got mode %s", network.Mode)
	case network.Backend == "slirp":
		v.key(at, "must not be given with backend slirp, whose forwards libvirt has no word for; passt has them")
	}
	for i, forward := range nic.Forwards {
		own := item(at, i) + ".address"
		if !v.layout.said(own) {
			continue
		}
		if address, err := netip.ParseAddr(forward.Address); err != nil || address.Zone() != "" || address.IsMulticast() {
			v.value(own, "must be an address of the host such as 127.0.0.1, got %s", quote(forward.Address))
		}
	}
}
