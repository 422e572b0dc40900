// SPDX-License-Identifier: Apache-2.0

package config

// badNetwork are faults of networks.
var badNetwork = []badCase{
	{
		name: "mode",
		yaml: head + "networks:\n  lab: {mode: routed}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.mode: must be one of nat, route, isolated, bridge, macvtap, existing, user, got `routed`; did you mean `route`?",
	},
	{
		name: "mode mistyped",
		yaml: head + "networks:\n  lab: {mode: bridged, bridge: br0}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.mode: must be one of nat, route, isolated, bridge, macvtap, existing, user, got `bridged`; did you mean `bridge`?",
	},
	{
		name: "network name",
		yaml: head + "networks:\n  Lab: {}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:3: networks.Lab: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `Lab`",
	},
	{
		name: "bridge missing",
		yaml: head + "networks:\n  lab: {mode: bridge}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:8: networks.lab.bridge: is required with mode bridge",
	},
	{
		name: "network missing",
		yaml: head + "networks:\n  lab: {mode: existing}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:8: networks.lab.network: is required with mode existing",
	},
	{
		name: "keys of other modes",
		yaml: head + "networks:\n  lab: {bridge: br0, network: default}\n  out: {mode: bridge, bridge: br0, ipv4: 10.0.0.0/24}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:9: networks.lab.bridge: must not be given with mode nat\n" +
			"vmprov.yaml:4:22: networks.lab.network: must not be given with mode nat\n" +
			"vmprov.yaml:5:36: networks.out.ipv4: must not be given with mode bridge",
	},
	{
		name: "bridge name",
		yaml: head + "networks:\n  lab: {mode: bridge, bridge: br 0}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:31: networks.lab.bridge: must be the name of a host's bridge, got `br 0`",
	},
	{
		name: "subnet",
		yaml: head + "networks:\n  lab: {ipv4: 10.47.0.0}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.ipv4: must be an IPv4 subnet such as 10.47.0.0/24, or none, got `10.47.0.0`",
	},
	{
		name: "subnet of IPv6",
		yaml: head + "networks:\n  lab: {ipv4: 'fd00::/64'}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.ipv4: must be an IPv4 subnet such as 10.47.0.0/24, or none, got `fd00::/64`",
	},
	{
		name: "host bits",
		yaml: head + "networks:\n  lab: {ipv4: 10.47.0.1/24}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.ipv4: must have no bits of the host set: write 10.47.0.0/24, got `10.47.0.1/24`",
	},
	{
		name: "prefix too long",
		yaml: head + "networks:\n  lab: {ipv4: 10.47.0.0/30}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.ipv4: must have a prefix of /8 to /29, got `10.47.0.0/30`",
	},
	{
		name: "prefix too short",
		yaml: head + "networks:\n  lab: {ipv4: 0.0.0.0/0}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.ipv4: must have a prefix of /8 to /29, got `0.0.0.0/0`",
	},
	{
		name: "multicast",
		yaml: head + "networks:\n  lab: {ipv4: 224.0.0.0/24}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:4:15: networks.lab.ipv4: must be a subnet that hosts can have, such as 10.47.0.0/24, got `224.0.0.0/24`",
	},
	{
		name: "overlap",
		yaml: head + "networks:\n  lab: {ipv4: 10.47.0.0/16}\n  quiet: {mode: isolated, ipv4: 10.47.3.0/24}\nguests:\n  a: {networks: []}\n",
		want: "vmprov.yaml:5:33: networks.quiet.ipv4: must not overlap 10.47.0.0/16 of `lab`, got `10.47.3.0/24`",
	},
	{
		name: "subnet too small",
		yaml: head + "networks:\n  lab: {ipv4: 10.47.0.0/29}\nguests:\n  a: {count: 4}\n  b: {count: 2}\n",
		want: "vmprov.yaml:4:15: networks.lab.ipv4: must have an address for each of 6 guests, got `10.47.0.0/29` with 5",
	},
	{
		name: "unknown network",
		yaml: head + "networks:\n  lab: {}\nguests:\n  a: {networks: [lba]}\n",
		want: "vmprov.yaml:6:18: guests.a.networks[0].network: must be a network of this file (lab), got `lba`; did you mean `lab`?",
	},
	{
		name: "no choice of several",
		yaml: head + "networks:\n  lab: {}\n  quiet: {}\nguests:\n  a: {}\n",
		want: "vmprov.yaml:7:6: guests.a.networks: is required where there are several networks; choose from lab, quiet, or [] for none",
	},
	{
		name: "twice",
		yaml: head + "networks:\n  lab: {}\nguests:\n  a: {networks: [lab, lab]}\n",
		want: "vmprov.yaml:6:23: guests.a.networks[1]: must be named once, got `lab` again (`name` tells two NICs on one network apart)",
	},
}
