// SPDX-License-Identifier: Apache-2.0

package config

// badMode are faults of networks by their mode.
var badMode = []badCase{
	{
		name: "keys of owned networks on a bridge",
		yaml: head + "networks: {lab: {mode: bridge, bridge: br0, ipv6: 'fd00::/64', domain: lab, mtu: 9000, dev: eth0, macvtap: vepa, backend: passt}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:45: networks.lab.ipv6: must not be given with mode bridge\n" +
			"vmprov.yaml:3:64: networks.lab.domain: must not be given with mode bridge\n" +
			"vmprov.yaml:3:77: networks.lab.mtu: must not be given with mode bridge\n" +
			"vmprov.yaml:3:88: networks.lab.dev: must not be given with mode bridge\n" +
			"vmprov.yaml:3:99: networks.lab.macvtap: must not be given with mode bridge\n" +
			"vmprov.yaml:3:114: networks.lab.backend: must not be given with mode bridge",
	},
	{
		name: "keys of others on a user network",
		yaml: head + "networks: {lab: {mode: user, ipv4: none, bridge: br0, network: default}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:30: networks.lab.ipv4: must not be given with mode user\n" +
			"vmprov.yaml:3:42: networks.lab.bridge: must not be given with mode user\n" +
			"vmprov.yaml:3:55: networks.lab.network: must not be given with mode user",
	},
	{
		name: "keys of others on an isolated network",
		yaml: head + "networks: {lab: {mode: isolated, dev: eth0, macvtap: bridge}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:34: networks.lab.dev: must not be given with mode isolated\n" +
			"vmprov.yaml:3:45: networks.lab.macvtap: must not be given with mode isolated",
	},
	{
		name: "macvtap without its interface",
		yaml: head + "networks: {lab: {mode: macvtap}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:17: networks.lab.dev: is required with mode macvtap",
	},
	{
		name: "macvtap mode",
		yaml: head + "networks: {lab: {mode: macvtap, dev: eth0, macvtap: passthru}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:53: networks.lab.macvtap: must be one of bridge, vepa, private, passthrough, got `passthru`",
	},
	{
		name: "interface name",
		yaml: head + "networks: {lab: {mode: macvtap, dev: 'eth 0'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:38: networks.lab.dev: must be the name of an interface of the host, got `eth 0`",
	},
	{
		name: "interface name too long",
		yaml: head + "networks: {lab: {mode: route, dev: abcdefghijklmnop}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:36: networks.lab.dev: must be the name of an interface of the host, got `abcdefghijklmnop`",
	},
	{
		name: "ipv4 none alone",
		yaml: head + "networks: {lab: {ipv4: none}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:17: networks.lab.ipv6: is required with ipv4 none, as its guests would have no address",
	},
	{
		name: "ipv4 mistyped none",
		yaml: head + "networks: {lab: {ipv4: nono}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:24: networks.lab.ipv4: must be an IPv4 subnet such as 10.47.0.0/24, or none, got `nono`",
	},
	{
		name: "ipv6",
		yaml: head + "networks: {lab: {ipv6: 'fd00::'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:24: networks.lab.ipv6: must be an IPv6 subnet such as fd00:47::/64, got `fd00::`",
	},
	{
		name: "ipv6 of IPv4",
		yaml: head + "networks: {lab: {ipv6: 10.47.0.0/24}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:24: networks.lab.ipv6: must be an IPv6 subnet such as fd00:47::/64, got `10.47.0.0/24`",
	},
	{
		name: "ipv6 with host bits",
		yaml: head + "networks: {lab: {ipv6: 'fd00:47::1/64'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:24: networks.lab.ipv6: must have no bits of the host set: write fd00:47::/64, got `fd00:47::1/64`",
	},
	{
		name: "ipv6 prefix",
		yaml: head + "networks: {lab: {ipv6: 'fd00:47::/48'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:24: networks.lab.ipv6: must have a prefix of /64, got `fd00:47::/48`",
	},
	{
		name: "ipv6 link-local",
		yaml: head + "networks: {lab: {ipv6: 'fe80::/64'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:24: networks.lab.ipv6: must be a subnet of fd00::/8, or of global addresses, got `fe80::/64`",
	},
	{
		name: "ipv6 multicast",
		yaml: head + "networks: {lab: {ipv6: 'ff02::/64'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:24: networks.lab.ipv6: must be a subnet of fd00::/8, or of global addresses, got `ff02::/64`",
	},
	{
		name: "ipv6 overlap",
		yaml: head + "networks: {lab: {ipv6: 'fd00:47::/64'}, out: {mode: route, ipv6: 'fd00:47:0::/64'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:66: networks.out.ipv6: must not overlap fd00:47::/64 of `lab`, got `fd00:47::/64`",
	},
	{
		name: "domain",
		yaml: head + "networks: {lab: {domain: Lab_1}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:26: networks.lab.domain: must be a DNS name such as lab.example, got `Lab_1`",
	},
	{
		name: "domain with an empty label",
		yaml: head + "networks: {lab: {domain: lab..example}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:26: networks.lab.domain: must be a DNS name such as lab.example, got `lab..example`",
	},
	{
		name: "mtu too small for IPv6",
		yaml: head + "networks: {lab: {mtu: 1000, ipv6: 'fd00:47::/64'}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:23: networks.lab.mtu: must be at least 1280 with ipv6, got 1000",
	},
	{
		name: "mtu out of range",
		yaml: head + "networks: {lab: {mtu: 70000}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:23: networks.lab.mtu: must be 68 to 65535, got 70000",
	},
	{
		name: "backend",
		yaml: head + "networks: {lab: {mode: user, backend: slip}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:39: networks.lab.backend: must be one of passt, slirp, got `slip`; did you mean `slirp`?",
	},
	{
		name: "libvirt network of no name",
		yaml: head + "networks: {lab: {mode: existing, network: ''}}\nguests: {a: {networks: []}}\n",
		want: "vmprov.yaml:3:43: networks.lab.network: must be the name of a libvirt network, got nothing",
	},
}
