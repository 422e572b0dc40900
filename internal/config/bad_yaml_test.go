// SPDX-License-Identifier: Apache-2.0

package config

// badYaml are faults of the YAML, of keys and of types.
var badYaml = []badCase{
	{
		name: "empty",
		yaml: "",
		want: "vmprov.yaml:1:1: is empty: needs at least `project` and `guests`",
	},
	{
		name: "comments only",
		yaml: "# nothing\n",
		want: "vmprov.yaml:1:1: is empty: needs at least `project` and `guests`",
	},
	{
		name: "not a mapping",
		yaml: "- a\n- b\n",
		want: "vmprov.yaml:1:1: must be a mapping, got a list",
	},
	{
		name: "scalar",
		yaml: "hello\n",
		want: "vmprov.yaml:1:1: must be a mapping, got `hello`",
	},
	{
		name: "syntax",
		yaml: "project: p\nguests: [a\n",
		want: "vmprov.yaml:2:9: cannot be read as YAML: sequence end token ']' not found",
	},
	{
		name: "tab as indentation",
		yaml: "project: p\nguests:\n\ta: {}\n",
		want: "vmprov.yaml:3:1: cannot be read as YAML: found character '\\t' that cannot start any token",
	},
	{
		name: "two documents",
		yaml: head + "guests: {a: {}}\n---\nproject: q\n",
		want: "vmprov.yaml:5:1: must hold one YAML document, got 2",
	},
	{
		name: "unknown key near",
		yaml: head + "guests:\n  a:\n    memroy: 4GiB\n",
		want: "vmprov.yaml:5:5: guests.a.memroy: unknown key; did you mean `memory`?",
	},
	{
		name: "unknown key in another case",
		yaml: head + "guests:\n  a:\n    CPUs: 4\n",
		want: "vmprov.yaml:5:5: guests.a.CPUs: unknown key; did you mean `cpus`?",
	},
	{
		name: "unknown key in snake case",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, logical_block_size: 4096}\n",
		want: "vmprov.yaml:6:31: guests.a.disks[0].logical_block_size: unknown key; did you mean `logicalBlockSize`?",
	},
	{
		name: "unknown key abbreviated",
		yaml: head + "guests:\n  a:\n    mem: 4GiB\n",
		want: "vmprov.yaml:5:5: guests.a.mem: unknown key; did you mean `memory`?",
	},
	{
		name: "unknown key of another level",
		yaml: head + "guests:\n  a:\n    serial: x1\n",
		want: "vmprov.yaml:5:5: guests.a.serial: unknown key; it is a key of a disk, an nvme controller and consoles, not of a guest",
	},
	{
		name: "unknown key of several levels",
		yaml: head + "size: 4GiB\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:1: size: unknown key; it is a key of root, a disk, zrwa, maxMemory and a dimm, not of the top level",
	},
	{
		name: "unknown key far",
		yaml: head + "guests:\n  a:\n    colour: red\n",
		want: "vmprov.yaml:5:5: guests.a.colour: unknown key; known here: " + guestKeys,
	},
	{
		name: "unknown key meant a required one",
		yaml: head + "guests:\n  a:\n    disks:\n      - {nmae: d, size: 1GiB}\n",
		want: "vmprov.yaml:6:10: guests.a.disks[0].nmae: unknown key; did you mean `name`?",
	},
	{
		name: "duplicate key",
		yaml: head + "guests:\n  a:\n    cpus: 2\n    memory: 1GiB\n    cpus: 4\n",
		want: "vmprov.yaml:7:5: guests.a.cpus: is given twice, first in line 5",
	},
	{
		name: "duplicate guest",
		yaml: head + "guests:\n  a: {}\n  a: {}\n",
		want: "vmprov.yaml:5:3: guests.a: is given twice, first in line 4",
	},
	{
		name: "missing keys",
		yaml: "guests: {a: {disks: [{bus: nvme}], shares: [{}]}}\n",
		want: "vmprov.yaml:1:1: project: is required\n" +
			"vmprov.yaml:1:1: images: must have at least one image, as a guest starts from one\n" +
			"vmprov.yaml:1:22: guests.a.disks[0].name: is required\n" +
			"vmprov.yaml:1:22: guests.a.disks[0].size: is required without `image` and `path`\n" +
			"vmprov.yaml:1:45: guests.a.shares[0].tag: is required\n" +
			"vmprov.yaml:1:45: guests.a.shares[0].source: is required",
	},
	{
		name: "string for number",
		yaml: head + "guests:\n  a:\n    cpus: four\n",
		want: "vmprov.yaml:5:11: guests.a.cpus: must be a whole number, got `four`",
	},
	{
		name: "fraction for number",
		yaml: head + "guests:\n  a:\n    cpus: 2.5\n",
		want: "vmprov.yaml:5:11: guests.a.cpus: must be a whole number, got `2.5`",
	},
	{
		name: "number too large",
		yaml: head + "guests:\n  a:\n    cpus: 18446744073709551615\n",
		want: "vmprov.yaml:5:11: guests.a.cpus: must be a smaller whole number, got `18446744073709551615`",
	},
	{
		name: "number for string",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: 7, size: 1GiB}\n",
		want: "vmprov.yaml:6:16: guests.a.disks[0].name: must be a string (put it in quotes), got `7`",
	},
	{
		name: "word for truth",
		yaml: head + "guests:\n  a:\n    autostart: yes\n",
		want: "vmprov.yaml:5:16: guests.a.autostart: must be true or false, got `yes`",
	},
	{
		name: "scalar for list",
		yaml: head + "guests:\n  a:\n    networks: default\n",
		want: "vmprov.yaml:5:15: guests.a.networks: must be a list, got `default`",
	},
	{
		name: "list for mapping",
		yaml: head + "guests: [a]\n",
		want: "vmprov.yaml:3:9: guests: must be a mapping, got a list",
	},
	{
		name: "mapping for string",
		yaml: head + "guests:\n  a:\n    image: {flake: ./x}\n",
		want: "vmprov.yaml:5:12: guests.a.image: must be a string, got a mapping",
	},
	{
		name: "no value",
		yaml: head + "guests:\n  a:\n    image:\n    memory:\n    disks:\n",
		want: "vmprov.yaml:5:11: guests.a.image: must be a string, got nothing\n" +
			"vmprov.yaml:6:12: guests.a.memory: must be a size such as 4GiB, got nothing\n" +
			"vmprov.yaml:7:11: guests.a.disks: must be a list, got nothing",
	},
	{
		name: "list item of the wrong type",
		yaml: head + "guests:\n  a:\n    disks: [scratch]\n",
		want: "vmprov.yaml:5:13: guests.a.disks[0]: must be a mapping, got `scratch`",
	},
	{
		name: "control character",
		yaml: head + "guests:\n  a:\n    cmdline: \"a\\x07b\"\n    kernel: /k\n",
		want: "vmprov.yaml:5:14: guests.a.cmdline: must be one line without control characters, got \"a\\ab\"",
	},
	{
		name: "several lines",
		yaml: head + "guests:\n  a:\n    kernel: /k\n    cmdline: |\n      console=ttyS0\n      quiet\n",
		want: "vmprov.yaml:6:14: guests.a.cmdline: must be one line without control characters, got \"console=ttyS0\\nquiet\\n\"",
	},
	{
		name: "tag",
		yaml: head + "guests:\n  a:\n    cpus: !!int 2\n",
		want: "vmprov.yaml:5:11: guests.a.cpus: must not have a YAML tag, got `!!int`",
	},
	{
		name: "unknown alias",
		yaml: head + "guests:\n  a:\n    root: *nowhere\n",
		want: "vmprov.yaml:5:11: guests.a.root: no anchor of this name stands before it, got `*nowhere`",
	},
	{
		name: "alias inside its own anchor",
		yaml: head + "guests:\n  a:\n    disks: &d [*d]\n",
		want: "vmprov.yaml:5:16: guests.a.disks[0]: no anchor of this name stands before it, got `*d`",
	},
	{
		name: "merge of a scalar",
		yaml: head + "guests:\n  a:\n    <<: 5\n",
		want: "vmprov.yaml:5:9: guests.a.<<: must be a mapping or a list of mappings, got `5`",
	},
	{
		name: "complex key",
		yaml: head + "guests:\n  ? [a, b]\n  : {}\n",
		want: "vmprov.yaml:5:3: cannot be read as YAML: found an invalid key for this map",
	},
	{
		name: "fault inside an alias",
		yaml: head + "guests:\n  a: &a {cpus: x}\n  b: *a\n",
		want: "vmprov.yaml:4:16: guests.a.cpus: must be a whole number, got `x`\n" +
			"vmprov.yaml:4:16: guests.b.cpus: must be a whole number, got `x`",
	},
	{
		name: "all faults at once",
		yaml: "project: Big\nimages: {i: {flake: github:o/r#x}}\nguests:\n  a:\n    memory: 4GB\n    cpus: 0\n    disks:\n      - {name: d, bus: nmve, size: 1GiB}\n    colour: red\n",
		want: "vmprov.yaml:1:10: project: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `Big`\n" +
			"vmprov.yaml:2:21: images.i.flake: must not have a fragment; say it with `attribute`, got `github:o/r#x`\n" +
			"vmprov.yaml:5:13: guests.a.memory: must have a binary unit: GB is decimal, write 4GiB, got `4GB`\n" +
			"vmprov.yaml:6:11: guests.a.cpus: must be 1 to 4096, got 0\n" +
			"vmprov.yaml:8:24: guests.a.disks[0].bus: must be one of virtio, nvme, scsi, sata, ide, got `nmve`; did you mean `nvme`?\n" +
			"vmprov.yaml:9:5: guests.a.colour: unknown key; known here: " + guestKeys,
	},
}
