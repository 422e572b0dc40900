// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/config"
	"vmprov/internal/virt"
	"vmprov/network"
)

// modes has a network of every mode, and NICs with every key.
const modes = `
project: p
images: {i: {file: /images/i}}
networks:
  lab: {mode: nat, ipv4: 10.47.0.0/24, ipv6: "fd00:47::/64", mtu: 9000, domain: lab.example, dev: eth0}
  back: {mode: isolated, ipv4: 10.48.0.0/24}
  six: {mode: route, ipv4: none, ipv6: "fd00:48::/64"}
  wire: {mode: bridge, bridge: br0}
  ovs: {mode: bridge, bridge: ovs0}
  tap: {mode: macvtap, dev: eth0, macvtap: vepa}
  theirs: {mode: existing, network: default}
  out: {mode: user, backend: passt}
  slow: {mode: user, backend: slirp}
defaults: {ready: [running]}
guests:
  a:
    networks:
      - {network: lab, name: second, model: e1000e, bootOrder: 2}
      - lab
      - {network: back, link: down, mtu: 1400, queues: 4}
      - six
      - {network: wire, mac: "52:54:00:00:00:01"}
      - {network: ovs, vlan: 42}
      - tap
      - theirs
  b:
    networks:
      - {network: lab, address: 10.47.0.2, address6: "fd00:47::50"}
  c:
    count: 2
    networks:
      - {network: out, forwards: [{host: 2022, guest: 22}, {host: 5353, guest: 53, protocol: udp, address: 192.0.2.1}]}
      - slow
`

func declareModes(t *testing.T) Desired {
	t.Helper()
	d := declareFile(t, modes)
	d.Host.Links = map[string]string{"br0": "bridge", "ovs0": "openvswitch", "eth0": ""}
	return d
}

// TestNetworkDefinitions: what up would make of networks that are not there.
func TestNetworkDefinitions(t *testing.T) {
	d := declareModes(t)
	o := Observed{Pool: emptyPool(), Networks: map[string]ObservedNetwork{"default": {Network: network.Network{Active: true}}}}
	p, err := DiffUp(d, o, all(d))
	assert.NilError(t, err)
	var text []string
	for _, a := range p.Actions {
		if op, ok := a.Op.(defineNetwork); ok {
			text = append(text, a.Cause+"\n"+op.xml)
		}
	}
	golden.Assert(t, strings.Join(text, "\n")+"\n", "networks.golden")
	got := map[string]string{}
	for _, g := range p.Guests {
		assert.NilError(t, g.Blocked, g.Guest)
		got[g.Guest] = g.Address
	}
	// b has the address that its file says; both of a's NICs get others.
	assert.DeepEqual(t, got, map[string]string{"a": "10.47.0.3", "b": "10.47.0.2", "c-1": "127.0.0.1:2022", "c-2": "127.0.0.1:2023"})
}

// TestNICs: what is handed to the domain's XML.
func TestNICs(t *testing.T) {
	d := declareModes(t)
	var lines []string
	for _, g := range d.Declared {
		for _, n := range (rendering{desired: d, spec: g}).nics() {
			n.MAC = "" // a hash
			lines = append(lines, fmt.Sprintf("%s: %+v", g.Name, n))
		}
	}
	golden.Assert(t, strings.Join(lines, "\n")+"\n", "nics.golden")
}

func TestUpOfAddresses(t *testing.T) {
	const at9 = "  a: {networks: [{network: lab, address: 10.47.0.9}]}\n"
	restart := func(_ Desired, o *UpOptions) { o.Restart = true }
	for _, tc := range []upCase{
		{name: "address changed", was: plain, now: at9},
		{name: "address changed restart", was: plain, now: at9, options: restart},
		{name: "address held by another", was: "  a:\n  b:\n", now: "  a: {networks: [{network: lab, address: 10.47.0.3}]}\n  b:\n"},
		{name: "address of a new guest", was: plain, now: "  a:\n  b: {networks: [{network: lab, address: 10.47.0.9}]}\n  c:\n"},
		{name: "mac changed restart", was: plain, now: "  a: {networks: [{network: lab, mac: \"52:54:00:00:00:01\"}]}\n", options: restart},
		{name: "new guests on a stopped network", was: plain, now: "  a:\n  b:\n  c:\n", observed: func(o Observed) Observed {
			n := o.Networks["p-lab"]
			n.Active = false
			o.Networks["p-lab"] = n
			return o.with("a", off)
		}},
	} {
		t.Run(tc.name, tc.run)
	}
}

// dualStack is a file with a guest on a network of both families, and what there
// is of it.
func dualStack(t *testing.T, nic string) (Desired, Observed) {
	t.Helper()
	const file = "project: p\nimages: {i: {file: /images/i}}\nnetworks: {lab: {ipv4: 10.47.0.0/24, ipv6: \"fd00:47::/64\"}}\ndefaults: {ready: [running]}\nguests:\n"
	o := settled(declareFile(t, file+"  a:\n"))
	n := o.Networks["p-lab"]
	n.Subnet6 = netip.MustParsePrefix("fd00:47::/64")
	n.Names = []network.Name{{Name: "a", Address: network.SLAAC(n.Subnet6, config.MAC("p", "a", "lab"))}}
	n.Text = "<network><name>p-lab</name></network>"
	o.Networks["p-lab"] = n
	return declareFile(t, file+nic), o
}

// TestFixedIPv6: it is in the DNS when the guest starts next, and dnsmasq has it
// when the network starts next.
func TestFixedIPv6(t *testing.T) {
	d, o := dualStack(t, "  a:\n")
	p, err := DiffUp(d, o, all(d))
	assert.NilError(t, err)
	assert.Check(t, p.Empty(), "%s", p)

	d, o = dualStack(t, "  a: {networks: [{network: lab, address6: \"fd00:47::50\"}]}\n")
	options := all(d)
	options.Restart = true
	p, err = DiffUp(d, o, options)
	assert.NilError(t, err)
	golden.Assert(t, explain(p, d), "up/fixed-ipv6-restart.golden")
}

func TestNetworksThatCannotChange(t *testing.T) {
	const advice = " (it changes with `vmprov destroy` and `vmprov up`)"
	for _, tc := range []struct{ name, network, want string }{
		{"IPv4 gone", `{ipv4: none, ipv6: "fd00:47::/64"}`, "network `lab` has ipv4 one, the file wants none" + advice},
		{"IPv6 gone", `{ipv4: 10.47.0.0/24}`, "network `lab` has ipv6 fd00:47::/64, the file wants none" + advice},
		{"IPv6", `{ipv4: 10.47.0.0/24, ipv6: "fd00:48::/64"}`, "network `lab` has ipv6 fd00:47::/64, the file wants fd00:48::/64" + advice},
		{"domain", `{ipv6: "fd00:47::/64", domain: x.example}`, "network `lab` has domain p, the file wants x.example" + advice},
		{"mtu", `{ipv6: "fd00:47::/64", mtu: 9000}`, "network `lab` has mtu 0, the file wants 9000" + advice},
		{"dev", `{ipv6: "fd00:47::/64", dev: eth0}`, "network `lab` has dev none, the file wants eth0" + advice},
		{"mode", `{mode: route, ipv6: "fd00:47::/64"}`, "network `lab` cannot become route while it exists (`vmprov destroy` and `vmprov up` make it anew)"},
		{"none of it", `{ipv6: "fd00:47::/64"}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, o := dualStack(t, "  a:\n")
			d := declareFile(t, "project: p\nimages: {i: {file: /images/i}}\nnetworks: {lab: "+tc.network+"}\ndefaults: {ready: [running]}\nguests: {a: , b: }\n")
			p, err := DiffUp(d, o, all(d))
			assert.NilError(t, err)
			if tc.want == "" {
				assert.NilError(t, p.Guest("b").Blocked)
				return
			}
			assert.Error(t, p.Guest("b").Blocked, tc.want)
		})
	}
}

func TestIPv6SubnetInUse(t *testing.T) {
	d := declareFile(t, "project: p\nimages: {i: {file: /images/i}}\nnetworks: {lab: {ipv6: \"fd00:47::/64\"}}\nguests: {a: }\n")
	used := netip.MustParsePrefix("fd00:47::/48")
	for _, tc := range []struct {
		name string
		o    Observed
		want string
	}{
		{"by the host", Observed{Routes: []netip.Prefix{used}}, "network `lab`: subnet fd00:47::/64 overlaps fd00:47::/48, which this host routes (choose another `ipv6`)"},
		{"by a network", Observed{Networks: map[string]ObservedNetwork{"x": {Network: network.Network{Subnet6: used}}}},
			"network `lab`: subnet fd00:47::/64 overlaps fd00:47::/48 of libvirt network `x` (choose another `ipv6`)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.o.Pool = emptyPool()
			p, err := DiffUp(d, tc.o, all(d))
			assert.NilError(t, err)
			assert.Error(t, p.Guest("a").Blocked, tc.want)
		})
	}
}

// TestReach: what is known comes before what is likely.
func TestReach(t *testing.T) {
	for _, tc := range []struct{ name, networks, want string }{
		{"IPv4, wherever its NIC is", "[six, lab]", "{10.47.0.2 0 false}"},
		{"a forwarded port before a guess", "[six, {network: out, forwards: [{host: 2022, guest: 22}]}]", "{127.0.0.1 2022 false}"},
		{"a forward that listens everywhere", `[{network: out, forwards: [{host: 2022, guest: 22, address: "::"}]}]`, "{127.0.0.1 2022 false}"},
		{"a forward of another port", "[six, {network: out, forwards: [{host: 2022, guest: 80}, {host: 53, guest: 22, protocol: udp}]}]", "{fd00:48:0:0:MAC 0 true}"},
		{"nothing known", "[wire]", "{ 0 false}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := declareFile(t, `
project: p
images: {i: {file: /images/i}}
networks: {lab: {ipv4: 10.47.0.0/24}, six: {ipv4: none, ipv6: "fd00:48::/64"}, out: {mode: user, backend: passt}, wire: {mode: bridge, bridge: br0}}
guests: {a: {ready: [running], networks: `+tc.networks+`}}
`)
			b := newBuilder(d, Observed{Pool: emptyPool()})
			b.resolveNetworks(d.Declared)
			slaac := network.SLAAC(netip.MustParsePrefix("fd00:48::/64"), config.MAC("p", "a", "six")).String()
			want := strings.Replace(tc.want, "fd00:48:0:0:MAC", slaac, 1)
			assert.Equal(t, fmt.Sprint(struct {
				Address string
				Port    int
				Guessed bool
			}(b.reach(d.Declared[0]))), want)
		})
	}
}

func TestNetworkLacks(t *testing.T) {
	host := virt.Host{Local: true, LibVersion: 9_000_000, QEMUVersion: 7_002_000, NoPasst: "passt is not installed",
		Links: map[string]string{"br0": "bridge", "ovs0": "openvswitch", "eth0": ""}}
	for _, tc := range []struct{ name, network, nic, want string }{
		{"bridge", "mode: bridge, bridge: br0", "", ""},
		{"no bridge", "mode: bridge, bridge: br1", "", "network `n`: this host has no interface `br1`"},
		{"no device", "mode: macvtap, dev: eth1", "", "network `n`: this host has no interface `eth1`"},
		{"vlan on a bridge", "mode: bridge, bridge: br0", "vlan: 7", "network `n`: a VLAN needs a bridge of Open vSwitch, or libvirt 11.0 and later"},
		{"vlan on open vswitch", "mode: bridge, bridge: ovs0", "vlan: 7", ""},
		{"vlan of a virtual function", "mode: macvtap, dev: eth0, macvtap: passthrough", "vlan: 7", ""},
		{"passt", "mode: user, backend: passt", "", "network `n`: passt is not installed"},
		{"forwards", "mode: user", "forwards: [{host: 2022, guest: 22}]", "network `n`: passt is not installed"},
		{"slirp for want of passt", "mode: user", "", ""},
		{"igb", "mode: bridge, bridge: br0", "model: igb", "network `n`: model igb needs QEMU 8.0 or later"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := declareFile(t, "project: p\nimages: {i: {file: /images/i}}\nnetworks: {n: {"+tc.network+"}}\nguests: {a: {ready: [running], networks: [{network: n, "+tc.nic+"}]}}\n")
			assert.Equal(t, strings.Join(NetworkLacks(d.Declared[0], d.Networks, host), "\n"), tc.want)
		})
	}
}
