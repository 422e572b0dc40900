// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net/netip"
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
