// SPDX-License-Identifier: Apache-2.0

package config

// badGuest are faults of guests.
var badGuest = []badCase{
	{
		name: "no guests",
		yaml: head + "guests: {}\n",
		want: "vmprov.yaml:3:9: guests: must have at least one guest",
	},
	{
		name: "name",
		yaml: head + "guests: {a_b: {}, -c: {}}\n",
		want: "vmprov.yaml:3:10: guests.a_b: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `a_b`\n" +
			"vmprov.yaml:3:19: guests.-c: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `-c`",
	},
	{
		name: "name in quotes",
		yaml: head + "guests: {\"a.b c\": {cpus: x}}\n",
		want: "vmprov.yaml:3:10: guests.\"a.b c\": must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `a.b c`\n" +
			"vmprov.yaml:3:26: guests.\"a.b c\".cpus: must be a whole number, got `x`",
	},
	{
		name: "domain name too long",
		yaml: "project: pppppppppppppppppppppppppppppp\nimages: {i: {file: /i}}\nguests: {ggggggggggggggggggggggggggggggggg: {}}\n",
		want: "vmprov.yaml:3:10: guests.ggggggggggggggggggggggggggggggggg: must be shorter: with the project's name it may have at most 63 characters, got 64 in `pppppppppppppppppppppppppppppp-ggggggggggggggggggggggggggggggggg`",
	},
	{
		name: "counted name too long",
		yaml: "project: pppppppppppppppppppppppppppppp\nimages: {i: {file: /i}}\nguests: {gggggggggggggggggggggggggggggg: {count: 10}}\n",
		want: "vmprov.yaml:3:10: guests.gggggggggggggggggggggggggggggg: must be shorter: with the project's name it may have at most 63 characters, got 64 in `pppppppppppppppppppppppppppppp-gggggggggggggggggggggggggggggg-10`",
	},
	{
		name: "names clash after counting",
		yaml: head + "guests:\n  xfs: {count: 2}\n  xfs-1: {}\n",
		want: "vmprov.yaml:5:3: guests.xfs-1: must not have the guest `xfs-1`, which `xfs` has too",
	},
	{
		name: "family named as another's guest",
		yaml: head + "guests:\n  xfs: {count: 2}\n  xfs-1: {count: 2}\n",
		want: "vmprov.yaml:5:3: guests.xfs-1: must not be the name of a guest of `xfs`, got `xfs-1`",
	},
	{
		name: "count of none",
		yaml: head + "guests:\n  a:\n    count: 0\n",
		want: "vmprov.yaml:5:12: guests.a.count: must be 1 to 4096, got 0",
	},
	{
		name: "count too large",
		yaml: head + "guests:\n  a:\n    count: 1000000000\n",
		want: "vmprov.yaml:5:12: guests.a.count: must be 1 to 4096, got 1000000000",
	},
	{
		name: "counts too large in all",
		yaml: head + "guests: {a: {count: 4000}, b: {count: 4000}}\n",
		want: "vmprov.yaml:3:1: guests: must be at most 4096 in all, got 8000",
	},
	{
		name: "count as a default",
		yaml: head + "defaults: {count: 2}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:12: defaults.count: must be given for each guest, not as a default",
	},
	{
		name: "fault in defaults once",
		yaml: head + "defaults: {cpus: 0, disks: [{name: d, size: 1000}]}\nguests: {a: {}, b: {}}\n",
		want: "vmprov.yaml:3:18: defaults.cpus: must be 1 to 4096, got 0\n" +
			"vmprov.yaml:3:45: defaults.disks[0].size: must be a multiple of the logical block size 512 and more than 0, got 1000",
	},
	{
		name: "unknown image",
		yaml: head + "guests:\n  a:\n    image: devel\n",
		want: "vmprov.yaml:5:12: guests.a.image: must be an image of this file (i), got `devel`",
	},
	{
		name: "mistyped image",
		yaml: "project: p\nimages: {devel: {file: /i}, other: {file: /o}}\nguests: {a: {image: deval}}\n",
		want: "vmprov.yaml:3:21: guests.a.image: must be an image of this file (devel, other), got `deval`; did you mean `devel`?",
	},
	{
		name: "no choice of image",
		yaml: "project: p\nimages: {devel: {file: /i}, other: {file: /o}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:13: guests.a.image: is required where there are several images; choose one of devel, other",
	},
	{
		name: "cpus",
		yaml: head + "guests:\n  a:\n    cpus: 5000\n",
		want: "vmprov.yaml:5:11: guests.a.cpus: must be 1 to 4096, got 5000",
	},
	{
		name: "memory too small",
		yaml: head + "guests:\n  a:\n    memory: 32MiB\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must be at least 64MiB, got 32MiB",
	},
	{
		name: "memory not in MiB",
		yaml: head + "guests:\n  a:\n    memory: 100000000\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must be a multiple of 1MiB, got 100000000",
	},
	{
		name: "accelerator",
		yaml: head + "guests:\n  a:\n    accelerator: hvf\n",
		want: "vmprov.yaml:5:18: guests.a.accelerator: must be one of kvm, tcg, got `hvf`",
	},
	{
		name: "root size",
		yaml: head + "guests:\n  a:\n    root: {size: 0}\n",
		want: "vmprov.yaml:5:18: guests.a.root.size: must be a multiple of 512 bytes and more than 0, got 0",
	},
	{
		name: "initrd without kernel",
		yaml: head + "guests:\n  a:\n    initrd: /i\n    cmdline: quiet\n",
		want: "vmprov.yaml:5:5: guests.a.initrd: must only be given with `kernel`\n" +
			"vmprov.yaml:6:5: guests.a.cmdline: must only be given with `kernel`",
	},
	{
		name: "probe",
		yaml: head + "guests:\n  a:\n    ready: [shh]\n",
		want: "vmprov.yaml:5:13: guests.a.ready[0]: must be one of running, address, agent, ssh or {command: [ARGV]}, got `shh`; did you mean `ssh`?",
	},
	{
		name: "probe of the wrong type",
		yaml: head + "guests:\n  a:\n    ready: [22]\n",
		want: "vmprov.yaml:5:13: guests.a.ready[0]: must be the name of a probe, or {command: [ARGV]}, got `22`",
	},
	{
		name: "command probe as a name",
		yaml: head + "guests:\n  a:\n    ready: [command]\n",
		want: "vmprov.yaml:5:13: guests.a.ready[0]: must be one of running, address, agent, ssh or {command: [ARGV]}, got `command`",
	},
	{
		name: "command probe unknown key",
		yaml: head + "guests:\n  a:\n    ready: [{comand: [true]}]\n",
		want: "vmprov.yaml:5:13: guests.a.ready[0].command: is required\n" +
			"vmprov.yaml:5:14: guests.a.ready[0].comand: unknown key; did you mean `command`?",
	},
	{
		name: "command probe empty",
		yaml: head + "guests:\n  a:\n    ready: [{command: []}]\n",
		want: "vmprov.yaml:5:23: guests.a.ready[0].command: must name a program, got an empty list",
	},
	{
		name: "command probe as a string",
		yaml: head + "guests:\n  a:\n    ready: [{command: uptime}]\n",
		want: "vmprov.yaml:5:23: guests.a.ready[0].command: must be a list of a program and its arguments, got `uptime`",
	},
	{
		name: "command probe with numbers",
		yaml: head + "guests:\n  a:\n    ready: [{command: [sleep, 5]}]\n",
		want: "vmprov.yaml:5:31: guests.a.ready[0].command[1]: must be a string (put it in quotes), got `5`",
	},
	{
		name: "command probe without its key",
		yaml: head + "guests:\n  a:\n    ready: [{}]\n",
		want: "vmprov.yaml:5:13: guests.a.ready[0].command: is required",
	},
	{
		name: "no probe",
		yaml: head + "guests:\n  a:\n    ready: []\n",
		want: "vmprov.yaml:5:12: guests.a.ready: must have at least one probe; [running] waits for the start only",
	},
	{
		name: "probe twice",
		yaml: head + "guests:\n  a:\n    ready: [ssh, ssh]\n",
		want: "vmprov.yaml:5:18: guests.a.ready[1]: must be named once, got `ssh` again",
	},
	{
		name: "probes without a network",
		yaml: head + "guests:\n  a:\n    networks: []\n    ready: [running, ssh, address, {command: ['true']}]\n",
		want: "vmprov.yaml:6:22: guests.a.ready[1]: must not be ssh in a guest without a network\n" +
			"vmprov.yaml:6:27: guests.a.ready[2]: must not be address in a guest without a network\n" +
			"vmprov.yaml:6:36: guests.a.ready[3]: must not be command in a guest without a network",
	},
	{
		name: "recycle of an unknown disk",
		yaml: head + "guests:\n  a:\n    disks: [{name: scratch, size: 1GiB}]\n    recycle: {disks: [scrach]}\n",
		want: "vmprov.yaml:6:23: guests.a.recycle.disks[0]: must be a disk of the guest (scratch), got `scrach`; did you mean `scratch`?",
	},
	{
		name: "addresses that meet",
		yaml: head + "guests: {g1256: {}, g3415: {}}\n",
		want: "vmprov.yaml:3:21: guests.g3415: must have another name: `g3415` and `g1256` derive the same MAC 52:54:00:2d:de:42 on network `default`",
	},
}
