// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirt"
)

// TestLabUpdates changes reservations and names of a network that runs (make e2e).
func TestLabUpdates(t *testing.T) {
	if os.Getenv("VMPROV_LAB") != "1" {
		t.Skip("NOT RUN: needs a private libvirtd (make e2e)")
	}
	conn, err := libvirt.NewConnect("qemu:///system")
	assert.NilError(t, err)
	t.Cleanup(func() { _, _ = conn.Close() })
	n := dual()
	n.Name, n.UUID, n.Metadata, n.Dev = "labupdates", "", "", ""
	n.Subnet, n.Subnet6 = netip.MustParsePrefix("10.46.99.0/24"), netip.MustParsePrefix("fd00:46:99::/64")
	n.Hosts = []Host{{MAC: "52:54:00:00:00:01", Name: "a", Address: netip.MustParseAddr("10.46.99.2")}}
	n.Names = []Name{{"a", netip.MustParseAddr("fd00:46:99::5")}}
	n.Fixed6 = []Host{{MAC: "52:54:00:00:00:01", Address: netip.MustParseAddr("fd00:46:99::5")}}
	text, err := n.XML()
	assert.NilError(t, err)
	assert.NilError(t, Define(conn, n.Name, text))
	t.Cleanup(func() { assert.NilError(t, Remove(conn, n.Name)) })
	assert.NilError(t, Start(conn, n.Name))

	t.Run("all of it reaches dnsmasq", func(t *testing.T) {
		conf := dnsmasq(t, n.Name+".conf")
		for _, line := range []string{"dhcp-range=fd00:46:99::1,ra-only", "dhcp-range=fd00:46:99::,static,64", "dhcp-host=52:54:00:00:00:01,[fd00:46:99::5]", "dhcp-option=option:mtu,9000", "domain=lab.example"} {
			assert.Check(t, cmp.Contains(conf, line))
		}
	})
	b := Host{MAC: "52:54:00:00:00:02", Name: "b", Address: netip.MustParseAddr("10.46.99.3")}
	unnamed := Host{MAC: "52:54:00:00:00:03", Address: netip.MustParseAddr("10.46.99.4")}
	t.Run("added", func(t *testing.T) {
		assert.NilError(t, AddHosts(conn, n.Name, []Host{b, unnamed}))
		assert.NilError(t, AddHosts(conn, n.Name, []Host{b}), "one that is there")
		assert.DeepEqual(t, served(t, n.Name), []string{"52:54:00:00:00:01,10.46.99.2,a", "52:54:00:00:00:02,10.46.99.3,b", "52:54:00:00:00:03,10.46.99.4"})
	})
	t.Run("removed, and their address given to another", func(t *testing.T) {
		assert.NilError(t, RemoveHosts(conn, n.Name, []Host{b, unnamed}))
		assert.NilError(t, RemoveHosts(conn, n.Name, []Host{b}), "one that is gone")
		// Two are in its way: one has the name, one the address.
		assert.NilError(t, AddHosts(conn, n.Name, []Host{{MAC: "52:54:00:00:00:04", Name: "b", Address: unnamed.Address}}))
		assert.DeepEqual(t, served(t, n.Name), []string{"52:54:00:00:00:01,10.46.99.2,a", "52:54:00:00:00:04,10.46.99.4,b"})
	})
	t.Run("names", func(t *testing.T) {
		moved := Name{"a", netip.MustParseAddr("fd00:46:99::6")}
		assert.NilError(t, AddNames(conn, n.Name, []Name{moved, {"b", netip.MustParseAddr("fd00:46:99::7")}}))
		assert.NilError(t, AddNames(conn, n.Name, []Name{moved}), "one that is there")
		assert.DeepEqual(t, strings.Fields(dnsmasq(t, n.Name+".addnhosts")), []string{"fd00:46:99::6", "a", "fd00:46:99::7", "b"})
		assert.NilError(t, RemoveNames(conn, n.Name, []Name{moved}))
		assert.NilError(t, RemoveNames(conn, n.Name, []Name{moved}), "one that is gone")
		assert.DeepEqual(t, strings.Fields(dnsmasq(t, n.Name+".addnhosts")), []string{"fd00:46:99::7", "b"})
	})
	t.Run("IPv6 reservations", func(t *testing.T) {
		net, err := conn.LookupNetworkByName(n.Name)
		assert.NilError(t, err)
		defer func() { _ = net.Free() }()
		before, err := readOne(net)
		assert.NilError(t, err)
		fixed := []Host{{MAC: "52:54:00:00:00:04", Address: netip.MustParseAddr("fd00:46:99::9")}}
		text, err := before.WithFixed6(fixed)
		assert.NilError(t, err)
		assert.NilError(t, Define(conn, n.Name, text))
		after, err := readOne(net)
		assert.NilError(t, err)
		assert.Equal(t, fmt.Sprint(after.Fixed6), fmt.Sprint(fixed))
		before.Fixed6, before.Text, after.Text = fixed, "", ""
		assert.Equal(t, show(after), show(before))
	})
}

// dnsmasq is one of the files that libvirt writes for it.
func dnsmasq(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("/var/lib/libvirt/dnsmasq/" + name)
	assert.NilError(t, err)
	return string(text)
}

// served are the reservations that dnsmasq has.
func served(t *testing.T, name string) []string {
	t.Helper()
	return strings.Fields(dnsmasq(t, name+".hostsfile"))
}
