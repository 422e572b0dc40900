// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func prefixes(text ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range text {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func TestAllocate(t *testing.T) {
	kept := func(mac, address string) Host { return Host{MAC: mac, Address: netip.MustParseAddr(address)} }
	for _, tc := range []struct {
		name     string
		subnet   string
		existing []Host
		wanted   string // MACs
		want     string // addresses
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
	} {
		t.Run(tc.name, func(t *testing.T) {
			var wanted []Host
			for mac := range strings.FieldsSeq(tc.wanted) {
				wanted = append(wanted, Host{MAC: mac, Name: mac})
			}
			hosts, err := Allocate(netip.MustParsePrefix(tc.subnet), tc.existing, wanted)
			if tc.wantErr != "" {
				assert.Error(t, err, tc.wantErr)
				return
			}
			assert.NilError(t, err)
			var got []string
			for _, h := range hosts {
				got = append(got, h.Address.String())
			}
			assert.Equal(t, strings.Join(got, " "), tc.want)
		})
	}
}

func TestFreeSubnet(t *testing.T) {
	var all []string
	for third := range 256 {
		all = append(all, fmt.Sprintf("10.47.%d.0/24", third))
	}
	for _, tc := range []struct {
		name string
		used []netip.Prefix
		want string
	}{
		{"nothing used", nil, "10.47.0.0/24"},
		{"others do not matter", prefixes("192.168.122.0/24", "10.48.0.0/16"), "10.47.0.0/24"},
		{"the first is used", prefixes("10.47.0.0/24", "10.47.2.0/24"), "10.47.1.0/24"},
		{"a part is used", prefixes("10.47.0.128/25", "10.47.1.7/32"), "10.47.2.0/24"},
		{"a larger one", prefixes("10.47.0.0/17"), "10.47.128.0/24"},
		{"the default route is none", prefixes("0.0.0.0/0"), "10.47.0.0/24"},
		{"the last one", prefixes(all[:255]...), "10.47.255.0/24"},
		{"full", prefixes(all...), ""},
		{"full in one", prefixes("10.0.0.0/8"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := FreeSubnet(tc.used)
			if tc.want == "" {
				assert.Error(t, err, "choose subnet: no free /24 in 10.47.0.0/16 (set `ipv4` of the network)")
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, got.String(), tc.want)
		})
	}
}

func TestClash(t *testing.T) {
	want := netip.MustParsePrefix("10.47.0.0/24")
	other, clash := Clash(want, prefixes("10.46.0.0/16", "0.0.0.0/0", "10.47.0.16/28", "10.47.0.0/16"))
	assert.Check(t, clash)
	assert.Equal(t, other.String(), "10.47.0.16/28")
	_, clash = Clash(want, prefixes("10.47.1.0/24", "0.0.0.0/0", "fd00::/8"))
	assert.Check(t, !clash)
}

// routes is /proc/net/route of a machine with a VPN that took the default route
// over, docker, and libvirt's default network.
const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT                                                       
tun0	00000000	0108080A	0003	0	0	0	00000080	0	0	0                                                                               
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0                                                                              
tun0	0008080A	00000000	0001	0	0	0	00FFFFFF	0	0	0                                                                               
eth0	0000FEA9	00000000	0001	0	0	1000	0000FFFF	0	0	0                                                                             
tun0	00000080	0108080A	0003	0	0	0	00000080	0	0	0                                                                               
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0                                                                            
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0                                                                              
eth0	0101A8C0	00000000	0005	0	0	100	FFFFFFFF	0	0	0                                                                              
virbr0	007AA8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0                                                                             
`

func TestParseRoutes(t *testing.T) {
	got, err := parseRoutes(strings.NewReader(routes + "short line\neth0 xyz 0 0 0 0 0 00FFFFFF\n"))
	assert.NilError(t, err)
	assert.Equal(t, fmt.Sprint(got), "[10.8.8.0/24 169.254.0.0/16 172.17.0.0/16 192.168.1.0/24 192.168.1.1/32 192.168.122.0/24]")
}

// TestHostRoutes: this machine's own table can be read.
func TestHostRoutes(t *testing.T) {
	got, err := HostRoutes()
	assert.NilError(t, err)
	for _, p := range got {
		assert.Check(t, p.IsValid() && p == p.Masked(), "%s", p)
	}
}
