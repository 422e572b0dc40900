// SPDX-License-Identifier: Apache-2.0

package config

// badDisk are faults of disks.
var badDisk = []badCase{
	{
		name: "name",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: My_Disk, size: 1GiB, serial: x}\n",
		want: "vmprov.yaml:6:16: guests.a.disks[0].name: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `My_Disk`",
	},
	{
		name: "name root",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: root, size: 1GiB}\n",
		want: "vmprov.yaml:6:16: guests.a.disks[0].name: must not be `root`, which is the disk of the image",
	},
	{
		name: "name twice",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB}\n      - {name: d, size: 1GiB}\n",
		want: "vmprov.yaml:7:16: guests.a.disks[1].name: must be unique in the guest, got `d` again",
	},
	{
		name: "bus",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, bus: usb, size: 1GiB}\n",
		want: "vmprov.yaml:6:24: guests.a.disks[0].bus: must be one of virtio, nvme, scsi, sata, ide, got `usb`",
	},
	{
		name: "size of zero",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 0}\n",
		want: "vmprov.yaml:6:25: guests.a.disks[0].size: must be a multiple of the logical block size 512 and more than 0, got 0",
	},
	{
		name: "size not in blocks",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1000, logicalBlockSize: 512}\n",
		want: "vmprov.yaml:6:25: guests.a.disks[0].size: must be a multiple of the logical block size 512 and more than 0, got 1000",
	},
	{
		name: "size not in larger blocks",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1049088, logicalBlockSize: 4096}\n",
		want: "vmprov.yaml:6:25: guests.a.disks[0].size: must be a multiple of the logical block size 4096 and more than 0, got 1049088",
	},
	{
		name: "format",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, format: vmdk}\n",
		want: "vmprov.yaml:6:39: guests.a.disks[0].format: must be one of qcow2, raw, got `vmdk`",
	},
	{
		name: "name too long for a serial",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: abcdefghijklmnopqrstu, size: 1GiB}\n",
		want: "vmprov.yaml:6:16: guests.a.disks[0].name: must have at most 20 characters as the serial of a disk, got 21 in `abcdefghijklmnopqrstu`",
	},
	{
		name: "serial too long",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, serial: abcdefghijklmnopqrstu}\n",
		want: "vmprov.yaml:6:39: guests.a.disks[0].serial: must have at most 20 characters as the serial of a disk, got 21 in `abcdefghijklmnopqrstu`",
	},
	{
		name: "serial characters",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, serial: a b}\n",
		want: "vmprov.yaml:6:39: guests.a.disks[0].serial: must have only letters, digits and `_.+-`, got `a b`",
	},
	{
		name: "serial of another bus's disk",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: a, size: 1GiB, serial: s}\n      - {name: b, bus: nvme, size: 1GiB, serial: s}\n",
		want: "vmprov.yaml:7:50: guests.a.disks[1].serial: must be a serial of its own in the guest, got `s`, which is that of disk a",
	},
	{
		name: "serial of a controller",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: a, bus: nvme, size: 1GiB, controller: b}\n      - {name: b, bus: nvme, size: 1GiB}\n",
		want: "vmprov.yaml:7:16: guests.a.disks[1].name: must be a serial of its own in the guest, got `b`, which is that of controller b",
	},
	{
		name: "serial of a namespace",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: a, bus: nvme, size: 1GiB, controller: c, serial: s}\n",
		want: "vmprov.yaml:6:57: guests.a.disks[0].serial: must not be given with `controller`: a namespace has the serial of its controller",
	},
	{
		name: "controller without nvme",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: a, size: 1GiB, controller: c}\n",
		want: "vmprov.yaml:6:31: guests.a.disks[0].controller: must only be given with bus nvme, got bus virtio",
	},
	{
		name: "controller name",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: a, bus: nvme, size: 1GiB, controller: C_1}\n",
		want: "vmprov.yaml:6:54: guests.a.disks[0].controller: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `C_1`",
	},
	{
		name: "controller name too long",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: a, bus: nvme, size: 1GiB, controller: abcdefghijklmnopqrstu}\n",
		want: "vmprov.yaml:6:54: guests.a.disks[0].controller: must have at most 20 characters as the serial of a disk, got 21 in `abcdefghijklmnopqrstu`",
	},
	{
		name: "block size no power of two",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, logicalBlockSize: 520}\n",
		want: "vmprov.yaml:6:49: guests.a.disks[0].logicalBlockSize: must be a power of two from 512 to 65536, got 520",
	},
	{
		name: "block size too small",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, logicalBlockSize: 256}\n",
		want: "vmprov.yaml:6:49: guests.a.disks[0].logicalBlockSize: must be a power of two from 512 to 65536, got 256",
	},
	{
		name: "block size too large",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, physicalBlockSize: 131072}\n",
		want: "vmprov.yaml:6:50: guests.a.disks[0].physicalBlockSize: must be a power of two from 512 to 65536, got 131072",
	},
	{
		name: "block size of zero",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, logicalBlockSize: 0}\n",
		want: "vmprov.yaml:6:49: guests.a.disks[0].logicalBlockSize: must be a power of two from 512 to 65536, got 0",
	},
	{
		name: "physical below logical",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, logicalBlockSize: 4096, physicalBlockSize: 512}\n",
		want: "vmprov.yaml:6:74: guests.a.disks[0].physicalBlockSize: must not be smaller than the logical block size 4096, got 512",
	},
	{
		name: "cache",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, cache: off}\n",
		want: "vmprov.yaml:6:38: guests.a.disks[0].cache: must be one of default, none, writethrough, writeback, directsync, unsafe, got `off`",
	},
	{
		name: "io native with the default cache",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, io: native}\n",
		want: "vmprov.yaml:6:35: guests.a.disks[0].io: must have cache none or directsync when it is native, got cache default",
	},
	{
		name: "write cache of cache unsafe",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, cache: unsafe, writeCache: false}\n",
		want: "vmprov.yaml:6:58: guests.a.disks[0].writeCache: must not be false with cache unsafe, which is nothing but a write cache",
	},
	{
		name: "discard granularity of sata",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, bus: sata, discardGranularity: 64KiB}\n",
		want: "vmprov.yaml:6:42: guests.a.disks[0].discardGranularity: must not be given with bus sata, whose devices do not name it",
	},
	{
		name: "optimal I/O size of nvme",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, bus: nvme, optIOSize: 64KiB}\n",
		want: "vmprov.yaml:6:42: guests.a.disks[0].optIOSize: must not be given with bus nvme, whose devices do not name it",
	},
	{
		name: "io native with a cache",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, io: native, cache: writeback}\n",
		want: "vmprov.yaml:6:35: guests.a.disks[0].io: must have cache none or directsync when it is native, got cache writeback",
	},
	{
		name: "io mistyped",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, io: iouring2}\n",
		want: "vmprov.yaml:6:35: guests.a.disks[0].io: must be one of native, threads, io_uring, got `iouring2`; did you mean `io_uring`?",
	},
	{
		name: "discard",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, discard: on}\n",
		want: "vmprov.yaml:6:40: guests.a.disks[0].discard: must be one of ignore, unmap, got `on`",
	},
	{
		name: "iothread on nvme",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, bus: nvme, size: 1GiB, iothread: true}\n",
		want: "vmprov.yaml:6:42: guests.a.disks[0].iothread: must only be given with bus virtio, got bus nvme",
	},
	{
		name: "target without filesystem",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, target: /mnt/d}\n",
		want: "vmprov.yaml:6:31: guests.a.disks[0].target: must be given with `filesystem`, which says what to mount there",
	},
	{
		name: "filesystem without target",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, filesystem: {type: xfs}}\n",
		want: "vmprov.yaml:6:31: guests.a.disks[0].filesystem: must be given with `target`: it is made when the guest mounts it first",
	},
	{
		name: "filesystem type",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, filesystem: {type: XFS -f}, target: /mnt/d}\n",
		want: "vmprov.yaml:6:50: guests.a.disks[0].filesystem.type: must be a file system type such as xfs or ext4, got `XFS -f`",
	},
	{
		name: "mkfs argument",
		yaml: head + "guests:\n  a:\n    disks:\n      - {name: d, size: 1GiB, filesystem: {type: xfs, mkfsArgs: ['']}, target: /mnt/d}\n",
		want: "vmprov.yaml:6:66: guests.a.disks[0].filesystem.mkfsArgs[0]: must not be empty",
	},
}
