// SPDX-License-Identifier: Apache-2.0

package config

// badNIC are faults of NICs and of what the host has of them.
var badNIC = []badCase{
	{
		name: "NIC name",
		yaml: head + "guests: {a: {networks: [{network: default, name: eth_0}]}}\n",
		want: "vmprov.yaml:3:50: guests.a.networks[0].name: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `eth_0`",
	},
	{
		name: "MTU where none is told",
		yaml: head + "networks: {out: {mode: user}, tap: {mode: macvtap, dev: eth0}}\nguests: {a: {ready: [running], networks: [{network: out, mtu: 1400}, {network: tap, mtu: 1400}]}}\n",
		want: "vmprov.yaml:4:58: guests.a.networks[0].mtu: must not be given on a network of mode user, whose guests libvirt tells none\n" +
			"vmprov.yaml:4:85: guests.a.networks[1].mtu: must not be given on a network of mode macvtap, whose guests libvirt tells none",
	},
	{
		name: "address without a subnet",
		yaml: head + "guests: {a: {networks: [{network: default, address: 10.0.0.9, address6: 'fd00::9'}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.networks[0].address: must be given with `ipv4` of network default, which says what its subnet is\n" +
			"vmprov.yaml:3:63: guests.a.networks[0].address6: must be given with `ipv6` of network default, which says what its subnet is",
	},
	{
		name: "address on a bridge",
		yaml: head + "networks: {lab: {mode: bridge, bridge: br0}}\nguests: {a: {networks: [{network: lab, address: 10.0.0.9}]}}\n",
		want: "vmprov.yaml:4:40: guests.a.networks[0].address: must only be given on a network of mode nat, route or isolated, got mode bridge",
	},
	{
		name: "address that is none",
		yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests: {a: {networks: [{network: lab, address: 10.47.0}]}}\n",
		want: "vmprov.yaml:4:49: guests.a.networks[0].address: must be an address of 10.47.0.0/24 such as 10.47.0.2, got `10.47.0`",
	},
	{
		name: "address of another subnet",
		yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests: {a: {networks: [{network: lab, address: 10.48.0.9}]}}\n",
		want: "vmprov.yaml:4:49: guests.a.networks[0].address: must be in the network's subnet 10.47.0.0/24, got `10.48.0.9`",
	},
	{
		name: "address of the subnet",
		yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests: {a: {networks: [{network: lab, address: 10.47.0.0}]}}\n",
		want: "vmprov.yaml:4:49: guests.a.networks[0].address: must not be the address of the subnet itself, got `10.47.0.0`",
	},
	{
		name: "address of the host",
		yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests: {a: {networks: [{network: lab, address: 10.47.0.1}]}}\n",
		want: "vmprov.yaml:4:49: guests.a.networks[0].address: must not be the host's own address in the subnet, got `10.47.0.1`",
	},
	{
		name: "address of all",
		yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests: {a: {networks: [{network: lab, address: 10.47.0.255}]}}\n",
		want: "vmprov.yaml:4:49: guests.a.networks[0].address: must not be the subnet's broadcast address, got `10.47.0.255`",
	},
	{
		name: "address of counted guests",
		yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests: {a: {count: 2, networks: [{network: lab, address: 10.47.0.9}]}}\n",
		want: "vmprov.yaml:4:50: guests.a.networks[0].address: must not be given with count 2: each guest needs one of its own",
	},
	{
		name: "address twice",
		yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests:\n  a: {networks: [{network: lab, address: 10.47.0.9}]}\n  b: {networks: [{network: lab, address: 10.47.0.9}]}\n",
		want: "vmprov.yaml:6:42: guests.b.networks[0].address: must be an address of its own, got `10.47.0.9`, which is that of guest a",
	},
	{
		name: "address with ipv4 none",
		yaml: head + "networks: {lab: {ipv4: none, ipv6: 'fd00:47::/64'}}\nguests: {a: {networks: [{network: lab, address: 10.47.0.9}]}}\n",
		want: "vmprov.yaml:4:40: guests.a.networks[0].address: must be given with `ipv4` of network lab, which says what its subnet is",
	},
	{
		name: "address6 that is IPv4",
		yaml: head + "networks: {lab: {ipv6: 'fd00:47::/64'}}\nguests: {a: {networks: [{network: lab, address6: 10.47.0.9}]}}\n",
		want: "vmprov.yaml:4:50: guests.a.networks[0].address6: must be an address of fd00:47::/64 such as fd00:47::2, got `10.47.0.9`",
	},
	{
		name: "address6 of another subnet",
		yaml: head + "networks: {lab: {ipv6: 'fd00:47::/64'}}\nguests: {a: {networks: [{network: lab, address6: 'fd00:48::9'}]}}\n",
		want: "vmprov.yaml:4:50: guests.a.networks[0].address6: must be in the network's subnet fd00:47::/64, got `fd00:48::9`",
	},
	{
		name: "address6 of the host",
		yaml: head + "networks: {lab: {ipv6: 'fd00:47::/64'}}\nguests: {a: {networks: [{network: lab, address6: 'fd00:47::1'}]}}\n",
		want: "vmprov.yaml:4:50: guests.a.networks[0].address6: must not be the host's own address in the subnet, got `fd00:47::1`",
	},
	{
		name: "address6 twice in two spellings",
		yaml: head + "networks: {lab: {ipv6: 'fd00:47::/64'}}\nguests:\n  a: {networks: [{network: lab, address6: 'fd00:47::9'}]}\n  b: {networks: [{network: lab, address6: 'fd00:47:0:0::9'}]}\n",
		want: "vmprov.yaml:6:43: guests.b.networks[0].address6: must be an address of its own, got `fd00:47:0:0::9`, which is that of guest a",
	},
	{
		name: "mac",
		yaml: head + "guests: {a: {networks: [{network: default, mac: '52:54:00'}]}}\n",
		want: "vmprov.yaml:3:49: guests.a.networks[0].mac: must be a MAC address such as 52:54:00:12:34:56, got `52:54:00`",
	},
	{
		name: "mac with dots",
		yaml: head + "guests: {a: {networks: [{network: default, mac: 5254.0012.3456}]}}\n",
		want: "vmprov.yaml:3:49: guests.a.networks[0].mac: must be a MAC address such as 52:54:00:12:34:56, got `5254.0012.3456`",
	},
	{
		name: "mac multicast",
		yaml: head + "guests: {a: {networks: [{network: default, mac: '01:00:5e:00:00:01'}]}}\n",
		want: "vmprov.yaml:3:49: guests.a.networks[0].mac: must be a unicast address, whose first byte is even, got `01:00:5e:00:00:01`",
	},
	{
		name: "mac of libvirt's own",
		yaml: head + "guests: {a: {networks: [{network: default, mac: 'fe:54:00:12:34:56'}]}}\n",
		want: "vmprov.yaml:3:49: guests.a.networks[0].mac: must not start with fe, which libvirt gives to the host's side, got `fe:54:00:12:34:56`",
	},
	{
		name: "mac all zero",
		yaml: head + "guests: {a: {networks: [{network: default, mac: '00:00:00:00:00:00'}]}}\n",
		want: "vmprov.yaml:3:49: guests.a.networks[0].mac: must not be all zero",
	},
	{
		name: "mac of counted guests",
		yaml: head + "guests: {a: {count: 2, networks: [{network: default, mac: '52:54:00:12:34:56'}]}}\n",
		want: "vmprov.yaml:3:54: guests.a.networks[0].mac: must not be given with count 2: each guest needs one of its own, which is derived",
	},
	{
		name: "mac twice",
		yaml: head + "guests:\n  a: {networks: [{network: default, mac: '52:54:00:12:34:56'}]}\n  b: {networks: [{network: default, mac: '52:54:00:12:34:56'}]}\n",
		want: "vmprov.yaml:5:42: guests.b.networks[0].mac: must be a MAC address of its own, got `52:54:00:12:34:56`, which is that of guest a",
	},
	{
		name: "mac that another derives",
		yaml: head + "guests:\n  g1256: {}\n  b: {networks: [{network: default, mac: '52:54:00:2D:DE:42'}]}\n",
		want: "vmprov.yaml:4:3: guests.g1256: must have another name: `g1256` derives the MAC 52:54:00:2d:de:42, which the file gives to guest b",
	},
	{
		name: "NIC model",
		yaml: head + "guests: {a: {networks: [{network: default, model: e1000f}]}}\n",
		want: "vmprov.yaml:3:51: guests.a.networks[0].model: must be one of virtio, e1000e, e1000, rtl8139, igb, got `e1000f`; did you mean `e1000e`?",
	},
	{
		name: "igb on pc",
		yaml: head + "guests: {a: {machine: pc, networks: [{network: default, model: igb}]}}\n",
		want: "vmprov.yaml:3:64: guests.a.networks[0].model: must not be igb with machine pc, which has no PCI Express",
	},
	{
		name: "queues and mtu of another model",
		yaml: head + "guests: {a: {networks: [{network: default, model: e1000e, queues: 4, mtu: 9000}]}}\n",
		want: "vmprov.yaml:3:59: guests.a.networks[0].queues: must only be given with model virtio, got model e1000e\n" +
			"vmprov.yaml:3:70: guests.a.networks[0].mtu: must only be given with model virtio, got model e1000e",
	},
	{
		name: "queues out of range",
		yaml: head + "guests: {a: {networks: [{network: default, queues: 257, mtu: 60, link: off, vlan: 4095}]}}\n",
		want: "vmprov.yaml:3:52: guests.a.networks[0].queues: must be 1 to 256, got 257\n" +
			"vmprov.yaml:3:62: guests.a.networks[0].mtu: must be 68 to 65535, got 60\n" +
			"vmprov.yaml:3:72: guests.a.networks[0].link: must be one of up, down, got `off`\n" +
			"vmprov.yaml:3:83: guests.a.networks[0].vlan: must be 1 to 4094, got 4095",
	},
	{
		name: "queues on a user network",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [{network: lab, queues: 2}], ready: [running]}}\n",
		want: "vmprov.yaml:4:40: guests.a.networks[0].queues: must not be given on a network of mode user, which has one",
	},
	{
		name: "vlan on a nat network",
		yaml: head + "guests: {a: {networks: [{network: default, vlan: 7}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.networks[0].vlan: must only be given on a network of mode bridge or existing, or macvtap in mode passthrough, got mode nat",
	},
	{
		name: "vlan on a macvtap network",
		yaml: head + "networks: {lab: {mode: macvtap, dev: eth0}}\nguests: {a: {networks: [{network: lab, vlan: 7}]}}\n",
		want: "vmprov.yaml:4:40: guests.a.networks[0].vlan: must only be given on a network of mode bridge or existing, or macvtap in mode passthrough, got mode macvtap",
	},
	{
		name: "forwards on a nat network",
		yaml: head + "guests: {a: {networks: [{network: default, forwards: [{host: 2222, guest: 22}]}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.networks[0].forwards: must only be given on a network of mode user, got mode nat",
	},
	{
		name: "forwards with slirp",
		yaml: head + "networks: {lab: {mode: user, backend: slirp}}\nguests: {a: {networks: [{network: lab, forwards: [{host: 2222, guest: 22}]}]}}\n",
		want: "vmprov.yaml:4:40: guests.a.networks[0].forwards: must not be given with backend slirp, whose forwards libvirt has no word for; passt has them",
	},
	{
		name: "forward address",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [{network: lab, forwards: [{host: 2222, guest: 22, address: localhost}]}]}}\n",
		want: "vmprov.yaml:4:84: guests.a.networks[0].forwards[0].address: must be an address of the host such as 127.0.0.1, got `localhost`",
	},
	{
		name: "forward protocol and ports",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [{network: lab, forwards: [{host: 0, guest: 70000, protocol: sctp}]}], ready: [running]}}\n",
		want: "vmprov.yaml:4:58: guests.a.networks[0].forwards[0].host: must be 1 to 65535, got 0\n" +
			"vmprov.yaml:4:68: guests.a.networks[0].forwards[0].guest: must be 1 to 65535, got 70000\n" +
			"vmprov.yaml:4:85: guests.a.networks[0].forwards[0].protocol: must be one of tcp, udp, got `sctp`; did you mean `tcp`?",
	},
	{
		name: "forward of one port twice",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [{network: lab, forwards: [{host: 2222, guest: 22}, {host: 2222, guest: 80}, {host: 2222, guest: 53, protocol: udp}, {host: 2222, guest: 81, address: 0.0.0.0}]}]}}\n",
		want: "vmprov.yaml:4:83: guests.a.networks[0].forwards[1].host: must be a port of its own, got 2222, which meets that of a forward of guest a\n" +
			"vmprov.yaml:4:148: guests.a.networks[0].forwards[3].host: must be a port of its own, got 2222, which meets that of a forward of guest a",
	},
	{
		name: "forwards of counted guests that meet",
		yaml: head + "networks: {lab: {mode: user}}\nguests:\n  a: {count: 3, networks: [{network: lab, forwards: [{host: 2222, guest: 22}]}]}\n  b: {networks: [{network: lab, forwards: [{host: 2224, guest: 22}]}]}\n",
		want: "vmprov.yaml:6:51: guests.b.networks[0].forwards[0].host: must be a port of its own, got 2224, which meets that of a forward of guest a",
	},
	{
		name: "forward and gdb",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [{network: lab, forwards: [{host: 1234, guest: 22}]}], gdb: {port: 1234}}}\n",
		want: "vmprov.yaml:4:58: guests.a.networks[0].forwards[0].host: must be a port of its own, got 1234, which meets that of gdb of guest a",
	},
	{
		name: "forwards past the last port",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {count: 2, networks: [{network: lab, forwards: [{host: 65535, guest: 22}]}]}}\n",
		want: "vmprov.yaml:4:68: guests.a.networks[0].forwards[0].host: must leave a port up to 65535 for each of 2 guests, got 65535",
	},
	{
		name: "probes out of reach",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [lab], ready: [running, address, ssh, {command: ['true']}]}}\n",
		want: "vmprov.yaml:4:48: guests.a.ready[1]: must not be address in a guest that the host cannot reach: forward a port to its port 22\n" +
			"vmprov.yaml:4:57: guests.a.ready[2]: must not be ssh in a guest that the host cannot reach: forward a port to its port 22\n" +
			"vmprov.yaml:4:62: guests.a.ready[3]: must not be command in a guest that the host cannot reach: forward a port to its port 22",
	},
	{
		name: "probe by a forward of udp",
		yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [{network: lab, forwards: [{host: 2222, guest: 22, protocol: udp}]}], ready: [ssh]}}\n",
		want: "vmprov.yaml:4:102: guests.a.ready[0]: must not be ssh in a guest that the host cannot reach: forward a port to its port 22",
	},
}
