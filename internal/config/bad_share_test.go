// SPDX-License-Identifier: Apache-2.0

package config

// badShare are faults of shares.
var badShare = []badCase{
	{
		name: "tag empty",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: '', source: /s}\n",
		want: "vmprov.yaml:6:15: guests.a.shares[0].tag: must have 1 to 36 bytes, got 0",
	},
	{
		name: "tag too long",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: ttttttttttttttttttttttttttttttttttttt, source: /s}\n",
		want: "vmprov.yaml:6:15: guests.a.shares[0].tag: must have 1 to 36 bytes, got 37",
	},
	{
		name: "tag with a comma",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: 'a,b', source: /s}\n",
		want: "vmprov.yaml:6:15: guests.a.shares[0].tag: must be printable ASCII without space, comma, quotes and backslash, and not start with `#`, got `a,b`",
	},
	{
		name: "tag with a space",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: 'a b', source: /s}\n",
		want: "vmprov.yaml:6:15: guests.a.shares[0].tag: must be printable ASCII without space, comma, quotes and backslash, and not start with `#`, got `a b`",
	},
	{
		name: "tag as a comment of fstab",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: '#a', source: /s}\n",
		want: "vmprov.yaml:6:15: guests.a.shares[0].tag: must be printable ASCII without space, comma, quotes and backslash, and not start with `#`, got `#a`",
	},
	{
		name: "tag twice",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: a, source: /s}\n      - {tag: a, source: /t}\n",
		want: "vmprov.yaml:7:15: guests.a.shares[1].tag: must be unique in the guest, got `a` again",
	},
	{
		name: "source empty",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: a, source: ''}\n",
		want: "vmprov.yaml:6:26: guests.a.shares[0].source: must be a path, got nothing",
	},
	{
		name: "target relative",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: a, source: /s, target: data}\n",
		want: "vmprov.yaml:6:38: guests.a.shares[0].target: must be an absolute path in the guest, got `data`",
	},
	{
		name: "target root",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: a, source: /s, target: /}\n",
		want: "vmprov.yaml:6:38: guests.a.shares[0].target: must not be `/`, which is the root disk",
	},
	{
		name: "target not clean",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: a, source: /s, target: /data/../x/}\n",
		want: "vmprov.yaml:6:38: guests.a.shares[0].target: must be a clean path: write /x, got `/data/../x/`",
	},
	{
		name: "target with a space",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: a, source: /s, target: /my data}\n",
		want: "vmprov.yaml:6:38: guests.a.shares[0].target: must not hold spaces, quotes or backslashes, got `/my data`",
	},
	{
		name: "target with a quote",
		yaml: head + "guests:\n  a:\n    shares:\n      - {tag: a, source: /s, target: '/it''s'}\n",
		want: "vmprov.yaml:6:38: guests.a.shares[0].target: must not hold spaces, quotes or backslashes, got `/it's`",
	},
	{
		name: "target of a share and a disk",
		yaml: head + "guests:\n  a:\n    disks: [{name: d, size: 1GiB, filesystem: {type: xfs}, target: /mnt}]\n    shares: [{tag: a, source: /s, target: /mnt}]\n",
		want: "vmprov.yaml:6:43: guests.a.shares[0].target: must be a mount point of its own, got `/mnt`, which is that of disk d",
	},
}
