// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net/netip"
	"regexp"
	"slices"
)

// interfaceName is what Linux takes as the name of a bridge, less what libvirt's schema refuses.
var interfaceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$`)

// noSubnet is the value of ipv4 of a network that has none.
const noSubnet = "none"

// domainForm is a DNS name (RFC 1123), lower case.
var domainForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

const (
	maxDomain = 253
	minMTU6   = 1280 // of IPv6 (RFC 8200)
)

// owned says that vmprov makes the networks of a mode.
func owned(m NetworkMode) bool {
	return m == NetworkNAT || m == NetworkRoute || m == NetworkIsolated
}

func (v validator) networks() {
	var subnets, subnets6 []subnet
	for _, name := range sortedKeys(v.file.Networks) {
		network, at := v.file.Networks[name], join("networks", name)
		v.name(at, name)
		v.networkKeys(network, at)
		v.networkValues(network, at)
		if prefix, ok := v.subnet(network, at); ok {
			subnets = append(subnets, subnet{name, prefix})
			v.room(name, prefix)
		}
		if prefix, ok := v.subnet6(network, at); ok {
			subnets6 = append(subnets6, subnet{name, prefix})
		}
	}
	v.overlaps("ipv4", subnets)
	v.overlaps("ipv6", subnets6)
}

// networkKeys checks that a network has what its mode needs and nothing else.
func (v validator) networkKeys(n Network, at string) {
	made := []NetworkMode{NetworkNAT, NetworkRoute, NetworkIsolated}
	modes := []struct {
		key      string
		modes    []NetworkMode
		required []NetworkMode
	}{
		{"ipv4", made, nil},
		{"ipv6", made, nil},
		{"domain", made, nil},
		{"mtu", made, nil},
		{"bridge", []NetworkMode{NetworkBridge}, []NetworkMode{NetworkBridge}},
		{"dev", []NetworkMode{NetworkMacvtap, NetworkRoute, NetworkNAT}, []NetworkMode{NetworkMacvtap}},
		{"macvtap", []NetworkMode{NetworkMacvtap}, nil},
		{"network", []NetworkMode{NetworkExisting}, []NetworkMode{NetworkExisting}},
		{"backend", []NetworkMode{NetworkUser}, nil},
	}
	if v.isBroken(at + ".mode") {
		return
	}
	for _, m := range modes {
		said := v.layout.said(at + "." + m.key)
		if said && !slices.Contains(m.modes, n.Mode) {
			v.key(at+"."+m.key, "must not be given with mode %s", n.Mode)
		}
		if !said && slices.Contains(m.required, n.Mode) {
			v.key(at+"."+m.key, "is required with mode %s", n.Mode)
		}
	}
	if n.IPv4 == noSubnet && owned(n.Mode) && !v.layout.said(at+".ipv6") {
		v.key(at+".ipv6", "is required with ipv4 none, as its guests would have no address")
	}
}

// networkValues checks the values of a network that are not subnets.
func (v validator) networkValues(n Network, at string) {
	if v.layout.said(at+".bridge") && !interfaceName.MatchString(n.Bridge) {
		v.value(at+".bridge", "must be the name of a host's bridge, got %s", quote(n.Bridge))
	}
	if v.layout.said(at+".dev") && !interfaceName.MatchString(n.Dev) {
		v.value(at+".dev", "must be the name of an interface of the host, got %s", quote(n.Dev))
	}
	if v.layout.said(at+".network") && n.Network == "" {
		v.value(at+".network", "must be the name of a libvirt network, got nothing")
	}
	if v.layout.said(at+".domain") && (len(n.Domain) > maxDomain || !domainForm.MatchString(n.Domain)) {
		v.value(at+".domain", "must be a DNS name such as lab.example, got %s", quote(n.Domain))
	}
	if v.layout.said(at+".mtu") && v.layout.said(at+".ipv6") && n.MTU < minMTU6 {
		v.value(at+".mtu", "must be at least %d with ipv6, got %d", minMTU6, n.MTU)
	}
}

type subnet struct {
	name   string
	prefix netip.Prefix
}

// subnet is the subnet that a network asks for, if it is a usable one.
func (v validator) subnet(n Network, at string) (netip.Prefix, bool) {
	at += ".ipv4"
	if !v.layout.said(at) || v.isBroken(at) || n.IPv4 == noSubnet {
		return netip.Prefix{}, false
	}
	prefix, err := netip.ParsePrefix(n.IPv4)
	switch {
	case err != nil || !prefix.Addr().Is4():
		v.value(at, "must be an IPv4 subnet such as 10.47.0.0/24, or none, got %s", quote(n.IPv4))
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

// subnet6 is the IPv6 subnet that a network asks for, if it is a usable one.
func (v validator) subnet6(n Network, at string) (netip.Prefix, bool) {
	at += ".ipv6"
	if !v.layout.said(at) || v.isBroken(at) {
		return netip.Prefix{}, false
	}
	prefix, err := netip.ParsePrefix(n.IPv6)
	switch {
	case err != nil || !prefix.Addr().Is6() || prefix.Addr().Is4In6():
		v.value(at, "must be an IPv6 subnet such as fd00:47::/64, got %s", quote(n.IPv6))
	case prefix != prefix.Masked():
		v.value(at, "must have no bits of the host set: write %s, got %s", prefix.Masked(), quote(n.IPv6))
	case prefix.Bits() != 64:
		v.value(at, "must have a prefix of /64, got %s", quote(n.IPv6))
	case !isUsable6(prefix.Addr()):
		v.value(at, "must be a subnet of fd00::/8, or of global addresses, got %s", quote(n.IPv6))
	default:
		return prefix, true
	}
	return netip.Prefix{}, false
}

// isUsable6 says that hosts may have the addresses of a block: unique local
// (RFC 4193) or global unicast (2000::/3).
func isUsable6(a netip.Addr) bool { return a.IsPrivate() || a.As16()[0]>>5 == 1 }

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

// overlaps checks that no two networks have one address; key says of which family.
func (v validator) overlaps(key string, subnets []subnet) {
	for i, a := range subnets {
		for _, b := range subnets[:i] {
			if a.prefix.Overlaps(b.prefix) {
				v.value(join("networks", a.name)+"."+key, "must not overlap %s of %s, got %s", b.prefix, quote(b.name), quote(a.prefix.String()))
			}
		}
	}
}
