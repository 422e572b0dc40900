// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net/netip"
)

// Gateway is the host's own address in a subnet: the first one.
func Gateway(subnet netip.Prefix) netip.Addr { return subnet.Masked().Addr().Next() }

// pick is the range that free subnets are chosen from, as /24s.
var pick = netip.MustParsePrefix("10.47.0.0/16")

// FreeSubnet is the first /24 of 10.47.0.0/16 that overlaps nothing in use.
func FreeSubnet(used []netip.Prefix) (netip.Prefix, error) {
	for third := range 256 {
		raw := pick.Addr().As4()
		raw[2] = byte(third)
		candidate := netip.PrefixFrom(netip.AddrFrom4(raw), 24)
		if _, clash := Clash(candidate, used); !clash {
			return candidate, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("choose subnet: no free /24 in %s (set `ipv4` of the network)", pick)
}

// Clash is the first of the subnets in use that overlaps the wanted one.
func Clash(want netip.Prefix, used []netip.Prefix) (netip.Prefix, bool) {
	for _, prefix := range used {
		if prefix.Bits() > 0 && want.Overlaps(prefix) {
			return prefix, true
		}
	}
	return netip.Prefix{}, false
}
