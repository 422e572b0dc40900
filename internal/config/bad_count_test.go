// SPDX-License-Identifier: Apache-2.0

package config

// badCount are faults of counted disks.
var badCount = []badCase{
	{
		name: "count of zero",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 0}]}}\n",
		want: "vmprov.yaml:3:51: guests.a.disks[0].count: must be 1 to 256, got 0",
	},
	{
		name: "count too large",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 257}]}}\n",
		want: "vmprov.yaml:3:51: guests.a.disks[0].count: must be 1 to 256, got 257",
	},
	{
		name: "count as a word",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: two}]}}\n",
		want: "vmprov.yaml:3:51: guests.a.disks[0].count: must be a whole number, got `two`",
	},
	{
		name: "counted name too long for a serial",
		yaml: head + "guests: {a: {disks: [{name: abcdefghijklmnopqrs, size: 1GiB, count: 2}]}}\n",
		want: "vmprov.yaml:3:29: guests.a.disks[0].name: must have at most 20 characters as the serial of a disk, got 21 in `abcdefghijklmnopqrs-1`",
	},
	{
		name: "counted name of another disk",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 2}, {name: d-2, size: 1GiB}]}}\n",
		want: "vmprov.yaml:3:62: guests.a.disks[1].name: must be unique in the guest, got `d-2` again",
	},
	{
		name: "counted disks with one serial",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 3, serial: s}]}}\n",
		want: "vmprov.yaml:3:62: guests.a.disks[0].serial: must be a serial of its own in the guest, got `s`, which is that of disk d-1",
	},
	{
		name: "counted serial of another disk",
		yaml: head + "guests: {a: {disks: [{name: k, size: 1GiB, serial: kdevops1}, {name: d, size: 1GiB, count: 2, serial: 'kdevops{index}'}]}}\n",
		want: "vmprov.yaml:3:103: guests.a.disks[1].serial: must be a serial of its own in the guest, got `kdevops1`, which is that of disk k",
	},
	{
		name: "counted serial too long",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 12, serial: 'abcdefghijklmnopqr-{number}'}]}}\n",
		want: "vmprov.yaml:3:63: guests.a.disks[0].serial: must have at most 20 characters as the serial of a disk, got 21 in `abcdefghijklmnopqr-10`",
	},
	{
		name: "counted unknown placeholder",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 2, serial: 's{idx}'}]}}\n",
		want: "vmprov.yaml:3:62: guests.a.disks[0].serial: must have no placeholder but {index}, from 0, and {number}, from 1, got `{idx}`",
	},
	{
		name: "placeholder without count",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, serial: 's{index}'}]}}\n",
		want: "vmprov.yaml:3:52: guests.a.disks[0].serial: must only have the placeholder `{index}` with `count`",
	},
	{
		name: "placeholder in a path without count",
		yaml: head + "guests: {a: {disks: [{name: d, path: '/dev/disk{number}'}]}}\n",
		want: "vmprov.yaml:3:38: guests.a.disks[0].path: must only have the placeholder `{number}` with `count`",
	},
	{
		name: "counted wwn",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: scsi, count: 12, wwn: '500000000000000{number}'}]}}\n",
		want: "vmprov.yaml:3:71: guests.a.disks[0].wwn: must be 16 hexadecimal digits, got `50000000000000010`",
	},
	{
		name: "counted disks with one wwn",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: scsi, count: 2, wwn: '5000000000000001'}]}}\n",
		want: "vmprov.yaml:3:70: guests.a.disks[0].wwn: must be a World Wide Name of its own in the guest, got `5000000000000001`, which is that of disk d-1",
	},
	{
		name: "counted disks at one path",
		yaml: head + "guests: {a: {disks: [{name: d, path: /dev/sdz, count: 2}]}}\n",
		want: "vmprov.yaml:3:38: guests.a.disks[0].path: must be a path of its own, or both must be shareable or readOnly, got `/dev/sdz`, which is that of disk d-1 of a",
	},
	{
		name: "counted disks at one mount point",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 2, filesystem: {type: xfs}, target: /mnt}]}}\n",
		want: "vmprov.yaml:3:87: guests.a.disks[0].target: must be a mount point of its own, got `/mnt`, which is that of disk d-1",
	},
	{
		name: "counted disks with one nsid",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, count: 2, controller: c, nsid: 1}]}}\n",
		want: "vmprov.yaml:3:86: guests.a.disks[0].nsid: must be an id of its own on controller c, got 1, which is that of disk d-1",
	},
	{
		name: "counted controller name",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, count: 2, controller: 'C{index}'}]}}\n",
		want: "vmprov.yaml:3:77: guests.a.disks[0].controller: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `C0`",
	},
	{
		name: "counted boot order",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 2, bootOrder: 2}]}}\n",
		want: "vmprov.yaml:3:65: guests.a.disks[0].bootOrder: must be a place of its own in the guest, got 2, which is that of disk d-1",
	},
	{
		name: "counted ide disks",
		yaml: head + "guests: {a: {machine: pc, disks: [{name: d, size: 1GiB, count: 5, bus: ide}]}}\n",
		want: "vmprov.yaml:3:72: guests.a.disks[0].bus: must be ide of at most 4 disks of a guest, got more",
	},
	{
		name: "counted disks in many guests",
		yaml: head + "guests: {a: {count: 4000, disks: [{name: d, size: 1GiB, count: 256}]}}\n",
		want: "vmprov.yaml:3:1: guests: must have at most 100000 disks, shares, networks and probes in all, got 1024000",
	},
	{
		name: "count of a fault tells once",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1000, count: 8}]}}\n",
		want: "vmprov.yaml:3:38: guests.a.disks[0].size: must be a multiple of the logical block size 512 and more than 0, got 1000",
	},
	{
		name: "recycle names one too many of a counted disk",
		yaml: head + "guests: {a: {recycle: {disks: [d, d-2, d-3]}, disks: [{name: d, size: 1GiB, count: 2}]}}\n",
		want: "vmprov.yaml:3:40: guests.a.recycle.disks[2]: must be a disk of the guest (d), got `d-3`; did you mean `d-1`?",
	}, {
		name: "recycle names a counted disk with path",
		yaml: head + "guests: {a: {recycle: {disks: [d]}, disks: [{name: d, path: \"/dev/sd{number}\", count: 2}]}}\n",
		want: "vmprov.yaml:3:32: guests.a.recycle.disks[0]: must not be a disk with `path`, which vmprov never makes anew, got `d`",
	},
}
