// SPDX-License-Identifier: Apache-2.0

package config

import "net/netip"

// nicAddress checks the fixed addresses of a NIC against its network's subnets.
func (v validator) nicAddress(f family, nic NIC, at string) {
	network, known := v.file.Networks[nic.Network]
	for _, a := range []struct{ key, family, text, subnet string }{
		{"address", "ipv4", nic.Address, network.IPv4},
		{"address6", "ipv6", nic.Address6, network.IPv6},
	} {
		own, declared := at+"."+a.key, join("networks", nic.Network)+"."+a.family
		if !v.layout.said(own) || v.isBroken(own) || !known {
			continue
		}
		switch {
		case !owned(network.Mode):
			v.key(own, "must only be given on a network of mode nat, route or isolated, got mode %s", network.Mode)
		case a.subnet == "" || a.subnet == noSubnet:
			v.key(own, "must be given with `%s` of network %s, which says what its subnet is", a.family, nic.Network)
		case f.count > 1:
			v.key(own, "must not be given with count %d: each guest needs one of its own", f.count)
		default:
			if prefix, err := netip.ParsePrefix(a.subnet); err == nil && !v.isBroken(declared) {
				v.inSubnet(own, a.text, prefix)
			}
		}
	}
}

// inSubnet checks that an address is one that a guest of the subnet can have:
// the first is the subnet's own, the next the host's, and IPv4's last is that
// of all.
func (v validator) inSubnet(at, text string, prefix netip.Prefix) {
	prefix = prefix.Masked()
	address, err := netip.ParseAddr(text)
	host := prefix.Addr().Next()
	switch {
	case err != nil || address.Zone() != "" || address.Is4() != prefix.Addr().Is4():
		v.value(at, "must be an address of %s such as %s, got %s", prefix, host.Next(), quote(text))
	case !prefix.Contains(address):
		v.value(at, "must be in the network's subnet %s, got %s", prefix, quote(text))
	case address == prefix.Addr():
		v.value(at, "must not be the address of the subnet itself, got %s", quote(text))
	case address == host:
		v.value(at, "must not be the host's own address in the subnet, got %s", quote(text))
	case address.Is4() && !prefix.Contains(address.Next()):
		v.value(at, "must not be the subnet's broadcast address, got %s", quote(text))
	}
}

// addresses checks that no two NICs have the same address on a network.
func (v validator) addresses() {
	v.hardwareAddresses()
	v.fixedAddresses()
}

// hardwareAddresses checks that no two NICs have the same MAC: two may be told
// the same, and three bytes of a hash can meet.
func (v validator) hardwareAddresses() {
	type place struct{ network, mac string }
	derived, given := map[place]string{}, map[string]string{}
	for _, f := range v.families {
		for i, nic := range f.spec.Networks {
			at := item(f.at("networks"), i) + ".mac"
			if !v.layout.said(at) || v.isBroken(at) {
				continue
			}
			if other, taken := given[nic.MAC]; taken {
				v.value(at, "must be a MAC address of its own, got %s, which is that of %s", quote(nic.MAC), other)
				continue
			}
			given[nic.MAC] = "guest " + f.name
		}
	}
	for _, f := range v.families {
		for _, guest := range f.guestNames() {
			for _, nic := range f.spec.Networks {
				if nic.MAC != "" {
					continue
				}
				key := place{nic.Network, nic.HardwareAddress(v.file.Project, guest)}
				if other, taken := given[key.mac]; taken {
					v.key(f.path(), "must have another name: %s derives the MAC %s, which the file gives to %s", quote(guest), key.mac, other)
				}
				if other, taken := derived[key]; taken && other != guest {
					v.key(f.path(), "must have another name: %s and %s derive the same MAC %s on network %s",
						quote(guest), quote(other), key.mac, quote(nic.Network))
				}
				derived[key] = guest
			}
		}
	}
}

// fixedAddresses checks that no two NICs of a network are given one address.
func (v validator) fixedAddresses() {
	type place struct {
		network string
		address netip.Addr
	}
	owner := map[place]string{}
	for _, f := range v.families {
		for i, nic := range f.spec.Networks {
			for key, text := range map[string]string{"address": nic.Address, "address6": nic.Address6} {
				at := item(f.at("networks"), i) + "." + key
				address, err := netip.ParseAddr(text)
				if err != nil || v.isBroken(at) {
					continue
				}
				here := place{nic.Network, address}
				if other, taken := owner[here]; taken {
					v.value(at, "must be an address of its own, got %s, which is that of %s", quote(text), other)
					continue
				}
				owner[here] = "guest " + f.name
			}
		}
	}
}
