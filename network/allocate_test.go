// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// request is MAC, or MAC=ADDRESS.
func request(text string) Request {
	mac, fixed, isFixed := strings.Cut(text, "=")
	r := Request{MAC: mac, Name: mac}
	if isFixed {
		r.Fixed = netip.MustParseAddr(fixed)
	}
	return r
}

func TestAllocate(t *testing.T) {
	kept := func(mac, address string) Host {
		return Host{MAC: mac, Name: mac, Address: netip.MustParseAddr(address)}
	}
	for _, tc := range []struct {
		name     string
		subnet   string
		existing []Host
		wanted   string // requests
		want     string // addresses
		refused  string // of NICs
		wantErr  string
	}{
		{name: "the host has the first", subnet: "10.47.0.0/24", wanted: "a b", want: "10.47.0.2 10.47.0.3"},
		{name: "kept and the lowest free", subnet: "10.47.0.0/24", existing: []Host{kept("b", "10.47.0.2"), kept("d", "10.47.0.4")},
			wanted: "a b c d", want: "10.47.0.3 10.47.0.2 10.47.0.5 10.47.0.4"},
		{name: "one that nobody wants stays taken", subnet: "10.47.0.0/24", existing: []Host{kept("gone", "10.47.0.2")}, wanted: "a", want: "10.47.0.3"},
		{name: "kept outside of the subnet is given anew", subnet: "10.47.0.0/24", existing: []Host{kept("a", "10.48.0.9")}, wanted: "a", want: "10.47.0.2"},
		{name: "a subnet that is not on its boundary", subnet: "10.47.0.77/24", wanted: "a", want: "10.47.0.2"},
		{name: "the last one", subnet: "10.47.0.0/29", wanted: "a b c d e", want: "10.47.0.2 10.47.0.3 10.47.0.4 10.47.0.5 10.47.0.6"},
		{name: "full", subnet: "10.47.0.0/29", wanted: "a b c d e f", wantErr: "give `f` an address: subnet 10.47.0.0/29 is full"},
		{name: "full of others", subnet: "10.47.0.0/30", existing: []Host{kept("x", "10.47.0.2")}, wanted: "a", wantErr: "give `a` an address: subnet 10.47.0.0/30 is full"},
		{name: "too small", subnet: "10.47.0.0/31", wanted: "a", wantErr: "give `a` an address: subnet 10.47.0.0/31 is full"},
		{name: "the end of all addresses", subnet: "255.255.255.252/30", wanted: "a b", wantErr: "give `b` an address: subnet 255.255.255.252/30 is full"},
		{name: "nobody", subnet: "10.47.0.0/32"},
		{name: "fixed ones first, whatever the order", subnet: "10.47.0.0/24", wanted: "a b=10.47.0.2 c=10.47.0.254", want: "10.47.0.3 10.47.0.2 10.47.0.254"},
		{name: "fixed and other than the one that it has", subnet: "10.47.0.0/24", existing: []Host{kept("a", "10.47.0.2")},
			wanted: "a=10.47.0.9 b", want: "10.47.0.9 10.47.0.3"},
		{name: "fixed and the one that it has", subnet: "10.47.0.0/24", existing: []Host{kept("a", "10.47.0.2")}, wanted: "a=10.47.0.2 b", want: "10.47.0.2 10.47.0.3"},
		{name: "held by another", subnet: "10.47.0.0/24", existing: []Host{kept("b", "10.47.0.9")}, wanted: "a=10.47.0.9 c", want: "10.47.0.2",
			refused: "a: address 10.47.0.9 is held by guest `b` (choose another, or give that one another first)"},
		{name: "held by a NIC without a name", subnet: "10.47.0.0/24", existing: []Host{{MAC: "b", Address: netip.MustParseAddr("10.47.0.9")}}, wanted: "a=10.47.0.9",
			refused: "a: address 10.47.0.9 is held by the NIC b (choose another, or give that one another first)"},
		{name: "the host's", subnet: "10.47.0.0/24", wanted: "a=10.47.0.1",
			refused: "a: address 10.47.0.1 is none for a guest in subnet 10.47.0.0/24 (choose one from 10.47.0.2 on)"},
		{name: "broadcast", subnet: "10.47.0.0/24", wanted: "a=10.47.0.255",
			refused: "a: address 10.47.0.255 is none for a guest in subnet 10.47.0.0/24 (choose one from 10.47.0.2 on)"},
		{name: "outside", subnet: "10.47.0.0/24", wanted: "a=10.48.0.2 b", want: "10.47.0.2",
			refused: "a: address 10.48.0.2 is none for a guest in subnet 10.47.0.0/24 (choose one from 10.47.0.2 on)"},
		{name: "IPv6 has no broadcast", subnet: "fd00::/126", wanted: "a=fd00::3 b", want: "fd00::3 fd00::2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var wanted []Request
			for text := range strings.FieldsSeq(tc.wanted) {
				wanted = append(wanted, request(text))
			}
			hosts, refused, err := Allocate(netip.MustParsePrefix(tc.subnet), tc.existing, wanted)
			if tc.wantErr != "" {
				assert.Error(t, err, tc.wantErr)
				return
			}
			assert.NilError(t, err)
			var got, no []string
			for _, h := range hosts {
				got = append(got, h.Address.String())
			}
			for mac, err := range refused {
				no = append(no, fmt.Sprintf("%s: %v", mac, err))
			}
			assert.Equal(t, strings.Join(got, " "), tc.want)
			assert.Equal(t, strings.Join(no, "\n"), tc.refused)
		})
	}
}

func TestSLAAC(t *testing.T) {
	for _, tc := range []struct{ subnet, mac, want string }{
		{"fd00:47::/64", "52:54:00:12:34:56", "fd00:47::5054:ff:fe12:3456"},
		{"fd00:47::/64", "02:00:00:00:00:01", "fd00:47::ff:fe00:1"},
		{"fd00:47::/65", "52:54:00:12:34:56", "invalid IP"},
		{"10.47.0.0/24", "52:54:00:12:34:56", "invalid IP"},
		{"fd00:47::/64", "mac", "invalid IP"},
	} {
		assert.Equal(t, SLAAC(netip.MustParsePrefix(tc.subnet), tc.mac).String(), tc.want)
	}
}
