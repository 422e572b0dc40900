// SPDX-License-Identifier: Apache-2.0

package config

// badEscape are faults of what goes past the vocabulary.
var badEscape = []badCase{
	{
		name: "qemu argument empty",
		yaml: head + "guests: {a: {qemu: {args: ['']}}}\n",
		want: "vmprov.yaml:3:28: guests.a.qemu.args[0]: must not be empty",
	},
	{
		name: "qemu arguments that are taken",
		yaml: head + "guests: {a: {qemu: {args: [-name, x, --S, -gdb, 'tcp::1', -m, 4G]}}}\n",
		want: "vmprov.yaml:3:28: guests.a.qemu.args[0]: must not be an option that libvirt and vmprov know the guest by, got `-name`\n" +
			"vmprov.yaml:3:38: guests.a.qemu.args[2]: must not be an option that takes the start of the guest from libvirt, got `--S`\n" +
			"vmprov.yaml:3:43: guests.a.qemu.args[3]: must not be an option that has a key: write it as `gdb`, got `-gdb`\n" +
			"vmprov.yaml:3:59: guests.a.qemu.args[5]: must not be an option that has a key: write it as `memory`, got `-m`",
	},
	{
		name: "trace pattern",
		yaml: head + "guests: {a: {qemu: {trace: ['pci nvme', help, 'a,file=/x']}}}\n",
		want: "vmprov.yaml:3:29: guests.a.qemu.trace[0]: must be a trace event or a pattern such as pci_nvme_*, got `pci nvme`\n" +
			"vmprov.yaml:3:41: guests.a.qemu.trace[1]: must be a trace event or a pattern such as pci_nvme_*, got `help`\n" +
			"vmprov.yaml:3:47: guests.a.qemu.trace[2]: must be a trace event or a pattern such as pci_nvme_*, got `a,file=/x`",
	},
	{
		name: "log item",
		yaml: head + "guests: {a: {qemu: {log: [guest-errors, help, tid, 'trace:x']}}}\n",
		want: "vmprov.yaml:3:27: guests.a.qemu.log[0]: must be a log item such as guest_errors or unimp, got `guest-errors`\n" +
			"vmprov.yaml:3:41: guests.a.qemu.log[1]: must be a log item such as guest_errors or unimp, got `help`\n" +
			"vmprov.yaml:3:47: guests.a.qemu.log[2]: must not be tid, which needs a file for each thread\n" +
			"vmprov.yaml:3:52: guests.a.qemu.log[3]: must not be a trace event, which `trace` takes, got `trace:x`",
	},
	{
		name: "override alias",
		yaml: head + "guests: {a: {qemu: {override: {'ua d': {x: 1}}}}}\n",
		want: "vmprov.yaml:3:32: guests.a.qemu.override.\"ua d\": must be the alias of a device, of letters, digits, `_` and `-`, got `ua d`",
	},
	{
		name: "override alias that no device has",
		yaml: head + "guests: {a: {disks: [{name: data, size: 1GiB}], qemu: {override: {ua-dta: {x: 1}}}}}\n",
		want: "vmprov.yaml:3:67: guests.a.qemu.override.ua-dta: must be the alias of a device of the guest (ua-data), got `ua-dta`; did you mean `ua-data`?",
	},
	{
		name: "override of nothing",
		yaml: head + "guests: {a: {qemu: {override: {net0: {}}}}}\n",
		want: "vmprov.yaml:3:32: guests.a.qemu.override.net0: must have a property, got none",
	},
	{
		name: "override property name",
		yaml: head + "guests: {a: {qemu: {override: {net0: {'x y': 1, =a: 2}}}}}\n",
		want: "vmprov.yaml:3:39: guests.a.qemu.override.net0.\"x y\": must be the name of a property of QEMU's device, got `x y`\n" +
			"vmprov.yaml:3:49: guests.a.qemu.override.net0.\"=a\": must be the name of a property of QEMU's device, got `=a`",
	},
	{
		name: "override of what libvirt needs",
		yaml: head + "guests: {a: {qemu: {override: {net0: {id: x}, rng0: {drive: null}}}}}\n",
		want: "vmprov.yaml:3:39: guests.a.qemu.override.net0.id: must not be `id`, by which libvirt knows the device\n" +
			"vmprov.yaml:3:54: guests.a.qemu.override.rng0.drive: must not be `drive`, by which libvirt knows the device",
	},
	{
		name: "override of what NVMe needs",
		yaml: head + "guests: {a: {disks: [{name: d, bus: nvme, size: 1GiB}], qemu: {override: {ua-d: {serial: x, nsid: 2}}}}}\n",
		want: "vmprov.yaml:3:82: guests.a.qemu.override.ua-d.serial: must not be `serial`, which makes the disk a namespace of its controller\n" +
			"vmprov.yaml:3:93: guests.a.qemu.override.ua-d.nsid: must not be `nsid`, which makes the disk a namespace of its controller",
	},
	{
		name: "merge of nothing",
		yaml: head + "guests: {a: {xml: {merge: ''}}}\n",
		want: "vmprov.yaml:3:27: guests.a.xml.merge: must be a <domain> element, got none",
	},
	{
		name: "merge of text",
		yaml: head + "guests: {a: {xml: {merge: hello}}}\n",
		want: "vmprov.yaml:3:27: guests.a.xml.merge: must be a <domain> element, got text outside of an element",
	},
	{
		name: "merge of another element",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <network/>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got <network>",
	},
	{
		name: "merge not closed",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <domain>\n          <devices>\n        </domain>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got a mistake in its line 3: element <devices> closed by </domain>",
	},
	{
		name: "merge of two",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <domain/>\n        <domain/>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got more than one element",
	},
	{
		name: "merge of text after",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <domain/>\n        x\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got text outside of an element",
	},
	{
		name: "merge of an identity",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <domain>\n          <name>other</name>\n        </domain>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got <name> in it, which is vmprov's own",
	},
	{
		name: "merge of metadata",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <domain><metadata/></domain>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got <metadata> in it, which is vmprov's own",
	},
	{
		name: "merge of a uuid",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <domain><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid></domain>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got <uuid> in it, which is vmprov's own",
	},
	{
		name: "merge with a document type",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <!DOCTYPE domain [<!ENTITY x 'y'>]>\n        <domain/>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got a document type",
	},
	{
		name: "merge with an entity",
		yaml: head + "guests:\n  a:\n    xml:\n      merge: |\n        <domain>&x;</domain>\n",
		want: "vmprov.yaml:6:14: guests.a.xml.merge: must be a <domain> element, got a mistake in its line 1: invalid character entity &x;",
	},
}
