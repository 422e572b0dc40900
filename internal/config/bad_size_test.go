// SPDX-License-Identifier: Apache-2.0

package config

// badSize are faults of sizes and durations.
var badSize = []badCase{
	{
		name: "decimal unit",
		yaml: head + "guests:\n  a:\n    memory: 4GB\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must have a binary unit: GB is decimal, write 4GiB, got `4GB`",
	},
	{
		name: "short unit",
		yaml: head + "guests:\n  a:\n    memory: 4G\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must have a unit of KiB, MiB, GiB or TiB: write 4GiB, got `4G`",
	},
	{
		name: "unit in another case",
		yaml: head + "guests:\n  a:\n    memory: 512mib\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must have a unit of KiB, MiB, GiB or TiB: write 512MiB, got `512mib`",
	},
	{
		name: "unknown unit",
		yaml: head + "guests:\n  a:\n    memory: 4pages\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must have a unit of KiB, MiB, GiB or TiB, got `4pages`",
	},
	{
		name: "fraction of a unit",
		yaml: head + "guests:\n  a:\n    memory: 1.5GiB\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must be a whole number with a unit, such as 4GiB or 512MiB, got `1.5GiB`",
	},
	{
		name: "fraction of a byte",
		yaml: head + "guests:\n  a:\n    memory: 1.5\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must be a size such as 4GiB, got `1.5`",
	},
	{
		name: "negative",
		yaml: head + "guests:\n  a:\n    memory: -1\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must be a whole number with a unit, such as 4GiB or 512MiB, got `-1`",
	},
	{
		name: "space before the unit",
		yaml: head + "guests:\n  a:\n    memory: 4 GiB\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must be a whole number with a unit, such as 4GiB or 512MiB, got `4 GiB`",
	},
	{
		name: "too large",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 8388608TiB}\n",
		want: "vmprov.yaml:6:25: guests.a.disks[0].size: must be less than 8EiB, got `8388608TiB`",
	},
	{
		name: "size as a list",
		yaml: head + "guests:\n  a:\n    memory: [1GiB]\n",
		want: "vmprov.yaml:5:13: guests.a.memory: must be a size such as 4GiB, got a list",
	},
	{
		name: "duration without a unit",
		yaml: head + "guests:\n  a:\n    readyTimeout: 300\n",
		want: "vmprov.yaml:5:19: guests.a.readyTimeout: must be a duration with its unit, such as 5m or 90s, got `300`",
	},
	{
		name: "duration of an unknown unit",
		yaml: head + "guests:\n  a:\n    readyTimeout: 5 minutes\n",
		want: "vmprov.yaml:5:19: guests.a.readyTimeout: must be a duration with its unit, such as 5m or 90s, got `5 minutes`",
	},
	{
		name: "duration of zero",
		yaml: head + "guests:\n  a:\n    readyTimeout: 0s\n    stopTimeout: -1s\n",
		want: "vmprov.yaml:5:19: guests.a.readyTimeout: must be more than 0, got 0s\n" +
			"vmprov.yaml:6:18: guests.a.stopTimeout: must be more than 0, got -1s",
	},
}
