// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"gotest.tools/v3/icmd"

	"vmprov/internal/virt/virttest"
)

// lab is a network with everything set.
func lab() Network {
	return Network{
		Name: "p-lab", UUID: "7a4b7a33-05c1-5d3c-9d4e-5e6f1f2f8b01", Mode: NAT, Domain: "p",
		Metadata: `<mark xmlns="https://example.org/mark" project="p"/>`,
		Subnet:   netip.MustParsePrefix("10.47.0.0/24"),
		Hosts: []Host{
			{MAC: "52:54:00:00:00:01", Name: "a", Address: netip.MustParseAddr("10.47.0.2")},
			{MAC: "52:54:00:00:00:02", Name: "b", Address: netip.MustParseAddr("10.47.0.3")},
		},
	}
}

func isolated() Network {
	n := lab()
	n.Mode, n.Metadata, n.Hosts, n.Subnet = "", "", nil, netip.MustParsePrefix("192.168.7.128/28")
	return n
}

// dual has both families, a fixed IPv6 address and all else.
func dual() Network {
	n := lab()
	n.Subnet6, n.MTU, n.Dev, n.Domain = netip.MustParsePrefix("fd00:47::/64"), 9000, "eth0", "lab.example"
	n.Hosts = append(n.Hosts, Host{MAC: "52:54:00:00:00:03", Address: netip.MustParseAddr("10.47.0.4")})
	n.Names = []Name{{"a", netip.MustParseAddr("fd00:47::5")}, {"b", SLAAC(n.Subnet6, "52:54:00:00:00:02")}}
	n.Fixed6 = []Host{{MAC: "52:54:00:00:00:01", Address: netip.MustParseAddr("fd00:47::5")}}
	return n
}

func routed6() Network {
	n := dual()
	n.Mode, n.Dev, n.Subnet, n.Hosts, n.Fixed6, n.MTU = Route, "", netip.Prefix{}, nil, nil, 0
	return n
}

func bare() Network {
	n := isolated()
	n.Subnet = netip.Prefix{}
	return n
}

// show is a network for a comparison; the blanks around metadata are libvirt's.
func show(n Network) string {
	n.Metadata, n.Text, n.Bridge = strings.TrimSpace(n.Metadata), "", ""
	return fmt.Sprintf("%+v", n)
}

var goldens = map[string]Network{
	"nat": lab(), "isolated": isolated(), "nat-dual-stack": dual(), "route-ipv6": routed6(), "isolated-bare": bare(),
}

func TestXML(t *testing.T) {
	for name, n := range goldens {
		text, err := n.XML()
		assert.NilError(t, err)
		golden.Assert(t, text, name+".golden.xml")
	}
}

// TestGoldenSchema holds what is rendered to libvirt's own schema.
func TestGoldenSchema(t *testing.T) {
	for name := range goldens {
		icmd.RunCommand("virt-xml-validate", golden.Path(name+".golden.xml"), "network").Assert(t, icmd.Success)
	}
}

// TestParseReadsWhatXMLWrites, with all that is in it.
func TestParseReadsWhatXMLWrites(t *testing.T) {
	for name, want := range goldens {
		text, err := want.XML()
		assert.NilError(t, err)
		got, err := Parse(text)
		assert.NilError(t, err)
		assert.Equal(t, show(got), show(want))
		assert.Check(t, got.Name == "p-lab", name)
	}
}

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, xml string
		want      Network
		wantErr   string
	}{
		{name: "netmask", xml: `<network><name>n</name><ip address="192.168.122.1" netmask="255.255.252.0"/></network>`,
			want: Network{Name: "n", Subnet: netip.MustParsePrefix("192.168.120.0/22")}},
		{name: "IPv6 before IPv4", xml: `<network><name>n</name><ip family="ipv6" address="fd00::1" prefix="64"/><ip address="10.1.2.1" prefix="24"/></network>`,
			want: Network{Name: "n", Subnet: netip.MustParsePrefix("10.1.2.0/24"), Subnet6: netip.MustParsePrefix("fd00::/64")}},
		{name: "IPv6 alone", xml: `<network><name>n</name><ip family="ipv6" address="fd00::1" prefix="64"/></network>`,
			want: Network{Name: "n", Subnet6: netip.MustParsePrefix("fd00::/64")}},
		{name: "IPv6 without a prefix", xml: `<network><name>n</name><ip family="ipv6" address="fd00::1"/></network>`, want: Network{Name: "n"}},
		{name: "the first of two subnets", xml: `<network><name>n</name><ip address="10.1.2.1" prefix="24"/><ip address="10.1.3.1" prefix="24"/></network>`,
			want: Network{Name: "n", Subnet: netip.MustParsePrefix("10.1.2.0/24")}},
		{name: "bridge", xml: `<network><name>n</name><forward mode="bridge"/><bridge name="br0"/></network>`, want: Network{Name: "n", Mode: "bridge"}},
		{name: "a forward without a mode", xml: `<network><name>n</name><forward dev="eth0"/></network>`, want: Network{Name: "n", Mode: NAT, Dev: "eth0"}},
		{name: "names of IPv4 are no business of ours", xml: `<network><name>n</name><dns><host ip="10.1.2.3"><hostname>a</hostname></host></dns></network>`, want: Network{Name: "n"}},
		{name: "reservation by name alone", xml: `<network><name>n</name><ip address="10.1.2.1" prefix="24"><dhcp><range start="10.1.2.2" end="10.1.2.9"/><host mac="52:54:00:00:00:01" name="x"/></dhcp></ip></network>`,
			want: Network{Name: "n", Subnet: netip.MustParsePrefix("10.1.2.0/24")}},
		{name: "no mask", xml: `<network><name>n</name><ip address="10.1.2.1"/></network>`, want: Network{Name: "n"}},
		{name: "no XML", xml: "network", wantErr: "read network: EOF"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Parse(tc.xml)
			if tc.wantErr != "" {
				assert.Error(t, err, tc.wantErr)
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, show(got), show(tc.want))
		})
	}
}

func TestLifecycle(t *testing.T) {
	conn := virttest.Driver(t)
	want := lab()
	text, err := want.XML()
	assert.NilError(t, err)
	only := func() Network {
		all, err := List(conn)
		assert.NilError(t, err)
		assert.Equal(t, len(all), 1)
		return all[0]
	}

	assert.NilError(t, Define(conn, "p-lab", text))
	assert.Equal(t, show(only()), show(want))
	more := Host{MAC: "52:54:00:00:00:03", Name: "c", Address: netip.MustParseAddr("10.47.0.4")}
	assert.NilError(t, AddHosts(conn, "p-lab", []Host{more}))
	assert.Equal(t, len(only().Hosts), 3)
	assert.NilError(t, AddHosts(conn, "p-lab", []Host{more}), "one that is there")
	assert.Equal(t, len(only().Hosts), 3)
	clash := Host{MAC: "52:54:00:00:00:09", Name: "d", Address: more.Address}
	assert.ErrorContains(t, AddHosts(conn, "p-lab", []Host{clash}), "add reservations to network `p-lab`: d (10.47.0.4): ")
	assert.NilError(t, RemoveHosts(conn, "p-lab", []Host{more, want.Hosts[0]}))
	assert.NilError(t, RemoveHosts(conn, "p-lab", []Host{more}), "one that is gone")
	assert.Equal(t, fmt.Sprint(only().Hosts), fmt.Sprint(want.Hosts[1:]))

	assert.NilError(t, Start(conn, "p-lab"))
	assert.NilError(t, Start(conn, "p-lab"), "one that runs")
	want.Active, want.Hosts = true, want.Hosts[1:]
	assert.Equal(t, show(only()), show(want))

	assert.NilError(t, Remove(conn, "p-lab"))
	assert.NilError(t, Remove(conn, "p-lab"), "one that is gone")
	assert.NilError(t, RemoveHosts(conn, "p-lab", []Host{more}), "of a network that is gone")
	assert.ErrorContains(t, Start(conn, "p-lab"), "start network `p-lab`: ")
	assert.ErrorContains(t, AddHosts(conn, "p-lab", []Host{more}), "add reservations to network `p-lab`: ")
	assert.ErrorContains(t, Define(conn, "x", "<network/>"), "define network `x`: ")
}
