// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"net"
	"testing"

	"gotest.tools/v3/assert"
)

// TestReadLinks: what the kernel lists is what Go's own way to it finds.
func TestReadLinks(t *testing.T) {
	links, err := readLinks()
	assert.NilError(t, err)
	interfaces, err := net.Interfaces()
	assert.NilError(t, err)
	for _, i := range interfaces {
		_, there := links[i.Name]
		assert.Check(t, there, i.Name)
	}
	assert.Equal(t, len(links), len(interfaces))
}

func TestKindIn(t *testing.T) {
	for _, tc := range []struct{ raw, want string }{
		{"\x0b\x00\x01\x00bridge\x00\x00", "bridge"},
		{"\x05\x00\x02\x80x\x00\x00\x00\x10\x00\x01\x00openvswitch\x00", "openvswitch"},
		{"\x05\x00\x02\x00x", ""},
		{"\x02\x00\x01\x00", ""},
		{"\xff\x00\x01\x00bridge", ""},
		{"", ""},
	} {
		assert.Equal(t, kindIn([]byte(tc.raw)), tc.want, "%q", tc.raw)
	}
}

func TestLacksInterface(t *testing.T) {
	h := Host{Links: map[string]string{"eth0": "", "br0": "bridge", "ovs0": "openvswitch"}}
	for _, tc := range []struct {
		name   string
		bridge bool
		want   string
	}{
		{"br0", true, ""}, {"ovs0", true, ""}, {"eth0", false, ""},
		{"eth0", true, "interface `eth0` is no bridge"},
		{"br1", true, "this host has no interface `br1`"},
		{"eth1", false, "this host has no interface `eth1`"},
	} {
		assert.Equal(t, h.LacksInterface(tc.name, tc.bridge), tc.want)
	}
	assert.Equal(t, (&Host{}).LacksInterface("br0", true), "", "a remote host's cannot be seen")
}

func TestNoPasst(t *testing.T) {
	old, remote := Host{LibVersion: 9000000, Local: true}, Host{LibVersion: 11000000}
	assert.Equal(t, old.noPasst(), "passt needs libvirt 9.1 or later (9.0 lists it and refuses it as an unknown backend)")
	assert.Equal(t, remote.noPasst(), "whether a remote host has passt cannot be seen (`backend: passt` uses it all the same)")
}
