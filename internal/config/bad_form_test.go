// SPDX-License-Identifier: Apache-2.0

package config

// badShorthand are faults of plain words in place of a mapping.
var badShorthand = []badCase{
	{
		name: "tpm as a word",
		yaml: head + "guests: {a: {tpm: tpm-spapr}}\n",
		want: "vmprov.yaml:3:19: guests.a.tpm.model: must be one of tpm-crb, tpm-tis, got `tpm-spapr`",
	},
	{
		name: "tpm as a number",
		yaml: head + "guests: {a: {tpm: 2}}\n",
		want: "vmprov.yaml:3:19: guests.a.tpm: must be a word or a mapping, got `2`",
	},
	{
		name: "firmware as a list",
		yaml: head + "guests: {a: {firmware: [efi]}}\n",
		want: "vmprov.yaml:3:24: guests.a.firmware: must be a word or a mapping, got a list",
	},
	{
		name: "firmware mapping without its type",
		yaml: head + "guests: {a: {firmware: {secureBoot: true}}}\n",
		want: "vmprov.yaml:3:24: guests.a.firmware.type: is required",
	},
	{
		name: "watchdog mistyped",
		yaml: head + "guests: {a: {watchdog: i6300es}}\n",
		want: "vmprov.yaml:3:24: guests.a.watchdog.model: must be one of i6300esb, ib700, itco, got `i6300es`; did you mean `i6300esb`?",
	},
	{
		name: "NIC as a number",
		yaml: head + "guests: {a: {networks: [7]}}\n",
		want: "vmprov.yaml:3:25: guests.a.networks[0]: must be a word or a mapping, got `7`",
	},
	{
		name: "NIC without its network",
		yaml: head + "guests: {a: {networks: [{name: x}]}}\n",
		want: "vmprov.yaml:3:25: guests.a.networks[0].network: is required",
	},
	{
		name: "NIC with an unknown key",
		yaml: head + "guests: {a: {networks: [{netwrok: default}]}}\n",
		want: "vmprov.yaml:3:26: guests.a.networks[0].netwrok: unknown key; did you mean `network`?",
	},
	{
		name: "shorthand with several lines",
		yaml: head + "guests: {a: {networks: [\"a\\x01b\"]}}\n",
		want: "vmprov.yaml:3:25: guests.a.networks[0].network: must be one line without control characters, got \"a\\x01b\"",
	},
}

// badProperty are faults of what is laid over the vocabulary.
var badProperty = []badCase{
	{
		name: "property as a list",
		yaml: head + "guests: {a: {qemu: {override: {net0: {mdts: [5]}}}}}\n",
		want: "vmprov.yaml:3:45: guests.a.qemu.override.net0.mdts: must be a string, a whole number, true, false or null, got a list",
	},
	{
		name: "property as a fraction",
		yaml: head + "guests: {a: {qemu: {override: {net0: {mdts: 1.5}}}}}\n",
		want: "vmprov.yaml:3:45: guests.a.qemu.override.net0.mdts: must be a string (put it in quotes), got `1.5`",
	},
	{
		name: "property too large",
		yaml: head + "guests: {a: {qemu: {override: {net0: {mdts: 18446744073709551615}}}}}\n",
		want: "vmprov.yaml:3:45: guests.a.qemu.override.net0.mdts: must be a smaller whole number, got `18446744073709551615`",
	},
	{
		name: "properties as a list",
		yaml: head + "guests: {a: {qemu: {override: [ua-d]}}}\n",
		want: "vmprov.yaml:3:31: guests.a.qemu.override: must be a mapping, got a list",
	},
	{
		name: "markup as a number",
		yaml: head + "guests: {a: {xml: {merge: 7}}}\n",
		want: "vmprov.yaml:3:27: guests.a.xml.merge: must be a string (put it in quotes), got `7`",
	},
	{
		name: "markup with a control character",
		yaml: head + "guests: {a: {xml: {merge: \"<a>\\x01</a>\"}}}\n",
		want: "vmprov.yaml:3:27: guests.a.xml.merge: must be text without control characters, got \"<a>\\x01</a>\"",
	},
}
