// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net/netip"
	"regexp"
	"slices"
)

// interfaceName is what Linux takes as the name of a bridge, less what libvirt's schema refuses.
var interfaceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$`)

func (v validator) networks() {
	var subnets []subnet
	for _, name := range sortedKeys(v.file.Networks) {
		network, at := v.file.Networks[name], join("networks", name)
		v.name(at, name)
		v.networkKeys(network, at)
		if prefix, ok := v.subnet(network, at); ok {
			subnets = append(subnets, subnet{name, prefix})
			v.room(name, prefix)
		}
	}
	v.overlaps(subnets)
}

// networkKeys checks that a network has what its mode needs and nothing else.
func (v validator) networkKeys(n Network, at string) {
	modes := []struct {
		key      string
		modes    []NetworkMode
		required bool
	}{
		{"ipv4", []NetworkMode{NetworkNAT, NetworkIsolated}, false},
		{"bridge", []NetworkMode{NetworkBridge}, true},
		{"network", []NetworkMode{NetworkExisting}, true},
	}
	if v.isBroken(at + ".mode") {
		return
	}
	for _, m := range modes {
		said, fits := v.layout.said(at+"."+m.key), slices.Contains(m.modes, n.Mode)
		if said && !fits {
			v.key(at+"."+m.key, "must not be given with mode %s", n.Mode)
		}
		if !said && fits && m.required {
			v.key(at+"."+m.key, "is required with mode %s", n.Mode)
		}
	}
	if n.Bridge != "" && !interfaceName.MatchString(n.Bridge) {
		v.value(at+".bridge", "must be the name of a host's bridge, got %s", quote(n.Bridge))
	}
	if v.layout.said(at+".network") && n.Network == "" {
		v.value(at+".network", "must be the name of a libvirt network, got nothing")
	}
}

type subnet struct {
	name   string
	prefix netip.Prefix
}

// subnet is the subnet that a network asks for, if it is a usable one.
func (v validator) subnet(n Network, at string) (netip.Prefix, bool) {
	at += ".ipv4"
	if !v.layout.said(at) || v.isBroken(at) {
		return netip.Prefix{}, false
	}
	prefix, err := netip.ParsePrefix(n.IPv4)
	switch {
	case err != nil || !prefix.Addr().Is4():
		v.value(at, "must be an IPv4 subnet such as 10.47.0.0/24, got %s", quote(n.IPv4))
	case prefix != prefix.Masked():
		v.value(at, "must have no bits of the host set: write %s, got %s", prefix.Masked(), quote(n.IPv4))
	case prefix.Bits() < 8 || prefix.Bits() > 29:
		v.value(at, "must have a prefix of /8 to /29, got %s", quote(n.IPv4))
	case !isUsable(prefix.Addr()):
		v.value(at, "must be a subnet that hosts can have, such as 10.47.0.0/24, got %s", quote(n.IPv4))
	default:
		return prefix, true
	}
	return netip.Prefix{}, false
}

// isUsable says that hosts may have the addresses of a block.
func isUsable(a netip.Addr) bool {
	first := a.As4()[0]
	return first != 0 && first < 224 && !a.IsLoopback() && !a.IsLinkLocalUnicast()
}

// room checks that a subnet has an address for each guest on it, beside its
// own, the host's and the broadcast address.
func (v validator) room(name string, prefix netip.Prefix) {
	guests := 0
	for _, f := range v.families {
		guests += max(f.count, 0) * len(f.spec.NICsOn(name))
	}
	if free := 1<<(32-prefix.Bits()) - 3; guests > free {
		v.value(join("networks", name)+".ipv4", "must have an address for each of %d guests, got %s with %d", guests, quote(prefix.String()), free)
	}
}

func (v validator) overlaps(subnets []subnet) {
	for i, a := range subnets {
		for _, b := range subnets[:i] {
			if a.prefix.Overlaps(b.prefix) {
				v.value(join("networks", a.name)+".ipv4", "must not overlap %s of %s, got %s", b.prefix, quote(b.name), quote(a.prefix.String()))
			}
		}
	}
}

// addresses checks that no two guests derive the same MAC on a network: three
// bytes of a hash can meet.
func (v validator) addresses() {
	owner := map[[2]string]string{}
	for _, f := range v.families {
		for _, guest := range f.guestNames() {
			for _, nic := range f.spec.Networks {
				network := nic.Network
				key := [2]string{network, nic.HardwareAddress(v.file.Project, guest)}
				if other, taken := owner[key]; taken && other != guest {
					v.key(f.path(), "must have another name: %s and %s derive the same MAC %s on network %s",
						quote(guest), quote(other), key[1], quote(network))
				}
				owner[key] = guest
			}
		}
	}
}
