// SPDX-License-Identifier: Apache-2.0

package config

// badNVMe are faults of namespaces, controllers and subsystems.
var badNVMe = []badCase{
	{
		name: "controller and subsystem",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: }}, disks: [{name: d, size: 1GiB, bus: nvme, controller: c, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:131: guests.a.disks[0].subsystem: must not be given with `controller`: a namespace is of one controller, or of all of a subsystem",
	},
	{
		name: "subsystem that there is not",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:66: guests.a.disks[0].subsystem: must be a subsystem of the guest (it has none: declare it in `nvme.subsystems`), got `s`",
	},
	{
		name: "subsystem mistyped",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: shared}}, subsystems: {shared: }}, disks: [{name: d, size: 1GiB, bus: nvme, subsystem: shraed}, {name: e, size: 1GiB, bus: nvme, subsystem: shared}]}}\n",
		want: "vmprov.yaml:3:137: guests.a.disks[0].subsystem: must be a subsystem of the guest (shared), got `shraed`; did you mean `shared`?",
	},
	{
		name: "subsystem that a controller names",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}}, disks: [{name: d, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:50: guests.a.nvme.controllers.x.subsystem: must be a subsystem of the guest (it has none: declare it in `nvme.subsystems`), got `s`",
	},
	{
		name: "subsystem without a controller",
		yaml: head + "guests: {a: {nvme: {subsystems: {s: }}, disks: [{name: d, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:34: guests.a.nvme.subsystems.s: must have a controller: name it as the `subsystem` of one",
	},
	{
		name: "subsystem without a disk",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: }}}}\n",
		want: "vmprov.yaml:3:35: guests.a.nvme.controllers.x: must have a disk: name it as the `controller` of one, or its subsystem as the `subsystem`",
	},
	{
		name: "controller without a disk",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {mdts: 5}}}}}\n",
		want: "vmprov.yaml:3:35: guests.a.nvme.controllers.x: must have a disk: name it as the `controller` of one, or its subsystem as the `subsystem`",
	},
	{
		name: "subsystem name",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: S}}, subsystems: {S: }}, disks: [{name: d, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:68: guests.a.nvme.subsystems.S: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `S`",
	},
	{
		name: "controller's serial of a disk",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {serial: d}}}, disks: [{name: d, size: 1GiB}, {name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:47: guests.a.nvme.controllers.x.serial: must be a serial of its own in the guest, got `d`, which is that of disk d",
	},
	{
		name: "controller's serial too long",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {serial: abcdefghijklmnopqrstu}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:47: guests.a.nvme.controllers.x.serial: must have at most 20 characters as the serial of a disk, got 21 in `abcdefghijklmnopqrstu`",
	},
	{
		name: "controller's serial characters",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {serial: a b}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:47: guests.a.nvme.controllers.x.serial: must have only letters, digits and `_.+-`, got `a b`",
	},
	{
		name: "serials of one subsystem",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s, serial: one}, y: {subsystem: s, serial: two}}, subsystems: {s: }}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:93: guests.a.nvme.controllers.y.serial: must be that of every controller of subsystem s, which is `one`, got `two`",
	},
	{
		name: "serial of a disk of a subsystem",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: }}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s, serial: e}]}}\n",
		want: "vmprov.yaml:3:130: guests.a.disks[0].serial: must not be given with `subsystem`: a namespace has the serial of its controller",
	},
	{
		name: "subsystem name too long for a serial",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: abcdefghijklmnopqrstu}}, subsystems: {abcdefghijklmnopqrstu: }}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: abcdefghijklmnopqrstu}]}}\n",
		want: "vmprov.yaml:3:167: guests.a.disks[0].subsystem: must have at most 20 characters as the serial of a disk, got 21 in `abcdefghijklmnopqrstu`",
	},
	{
		name: "nsid twice",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, controller: c, nsid: 2}, {name: e, size: 1GiB, bus: nvme, controller: c}]}}\n",
		want: "vmprov.yaml:3:80: guests.a.disks[1].nsid: must be an id of its own on controller c, got 2, which is that of disk d",
	},
	{
		name: "nsid twice in a subsystem",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: }}, disks: [{name: d, size: 1GiB, bus: nvme, subsystem: s, nsid: 7}, {name: e, size: 1GiB, bus: nvme, controller: x, nsid: 7}]}}\n",
		want: "vmprov.yaml:3:194: guests.a.disks[1].nsid: must be an id of its own on subsystem s, got 7, which is that of disk d",
	},
	{
		name: "nsid too large",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, controller: c, nsid: 257}]}}\n",
		want: "vmprov.yaml:3:76: guests.a.disks[0].nsid: must be 1 to 256, got 257",
	},
	{
		name: "nsid on a controller of its own",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, nsid: 2}]}}\n",
		want: "vmprov.yaml:3:61: guests.a.disks[0].nsid: must be 1 on a controller of its own; name a `controller` for another, got 2",
	},
	{
		name: "too many namespaces",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, controller: c, count: 256}, {name: e, size: 1GiB, bus: nvme, controller: c}]}}\n",
		want: "vmprov.yaml:3:83: guests.a.disks[1]: must not be one of more than 256 namespaces of controller c",
	},
	{
		name: "error policy of nvme",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, errorPolicy: stop}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].errorPolicy: must only be given with bus virtio, scsi, sata or ide, got bus nvme",
	},
	{
		name: "mdts too large",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {mdts: 16}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:45: guests.a.nvme.controllers.x.mdts: must be 1 to 9, got 16",
	},
	{
		name: "zone append limit above mdts",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {zasl: 8}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:45: guests.a.nvme.controllers.x.zasl: must be at most mdts, which is 7, got 8",
	},
	{
		name: "memory buffer no power of two",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {cmbSize: 3MiB}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:48: guests.a.nvme.controllers.x.cmbSize: must be a power of two of at least 1MiB, got 3MiB",
	},
	{
		name: "memory buffer too small",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {cmbSize: 64KiB}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:48: guests.a.nvme.controllers.x.cmbSize: must be a power of two of at least 1MiB, got 64KiB",
	},
	{
		name: "atomic unit power fail above normal",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {atomic: {awun: 7, awupf: 15}}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x}]}}\n",
		want: "vmprov.yaml:3:64: guests.a.nvme.controllers.x.atomic.awupf: must be at most awun, which is 7, got 15",
	},
	{
		name: "atomic units below the controller's",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {atomic: {awun: 15, awupf: 7}}}}, disks: [{name: e, size: 1GiB, bus: nvme, controller: x, atomic: {nawun: 7, nawupf: 3}}]}}\n",
		want: "vmprov.yaml:3:144: guests.a.disks[0].atomic.nawun: must be at least the controller's awun, 15, got 7\n" +
			"vmprov.yaml:3:155: guests.a.disks[0].atomic.nawupf: must be at least the controller's awupf, 7, got 3",
	},
	{
		name: "atomic limits of the namespace",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, atomic: {nawun: 7, nawupf: 8, nabsn: 3, nabspf: 7, nabo: 4}}]}}\n",
		want: "vmprov.yaml:3:82: guests.a.disks[0].atomic.nawupf: must be at most nawun, which is 7, got 8\n" +
			"vmprov.yaml:3:92: guests.a.disks[0].atomic.nabsn: must be at least nawun and the controller's awun, 7, got 3\n" +
			"vmprov.yaml:3:103: guests.a.disks[0].atomic.nabspf: must be at least nawupf and the controller's awupf, 8, got 7\n" +
			"vmprov.yaml:3:112: guests.a.disks[0].atomic.nabo: must be at most nabsn and nabspf, 3, got 4",
	},
	{
		name: "atomic limits of nothing",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, atomic: {nabo: 0}}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].atomic: must have a limit above 0, such as `nawun`",
	},
	{
		name: "nqn",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {nqn: 'nqn.2014-08.org.nvmexpress:uuid:1'}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:77: guests.a.nvme.subsystems.s.nqn: must be a name of letters, digits and `.:_-` below `nqn.2019-08.org.qemu:`, got `nqn.2014-08.org.nvmexpress:uuid:1`",
	},
	{
		name: "nqn with a space",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {nqn: my subsystem}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:77: guests.a.nvme.subsystems.s.nqn: must be a name of letters, digits and `.:_-` below `nqn.2019-08.org.qemu:`, got `my subsystem`",
	},
	{
		name: "fdp without handles",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {}}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:77: guests.a.nvme.subsystems.s.fdp.reclaimUnitHandles: is required",
	},
	{
		name: "fdp with too many handles",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 129}}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:98: guests.a.nvme.subsystems.s.fdp.reclaimUnitHandles: must be 1 to 128, got 129",
	},
	{
		name: "fdp with too many groups",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 128, reclaimGroups: 1024}}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:118: guests.a.nvme.subsystems.s.fdp.reclaimGroups: must leave room for 128 reclaim unit handles in 16 bits, got 1024",
	},
	{
		name: "fdp with units of zero",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 4, reclaimUnitSize: 0}}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:118: guests.a.nvme.subsystems.s.fdp.reclaimUnitSize: must be more than 0, got 0",
	},
	{
		name: "fdp of a disk alone",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, fdp: {reclaimUnitHandles: [0]}}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].fdp: must only be given with a subsystem that has `fdp`",
	},
	{
		name: "fdp handles of a disk",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 4}}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s, fdp: {reclaimUnitHandles: [0, 4, 0, -1]}}]}}\n",
		want: "vmprov.yaml:3:190: guests.a.disks[0].fdp.reclaimUnitHandles[1]: must be a handle of subsystem s, from 0 to 3, got 4\n" +
			"vmprov.yaml:3:193: guests.a.disks[0].fdp.reclaimUnitHandles[2]: must be named once, got 0 again\n" +
			"vmprov.yaml:3:196: guests.a.disks[0].fdp.reclaimUnitHandles[3]: must be a handle of subsystem s, from 0 to 3, got -1",
	},
	{
		name: "fdp with no handle",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 4}}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s, fdp: {reclaimUnitHandles: []}}]}}\n",
		want: "vmprov.yaml:3:186: guests.a.disks[0].fdp.reclaimUnitHandles: must have at least one handle, got none",
	},
	{
		name: "fdp handle of two formats",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 4}}}}, disks: [{name: d, size: 1GiB, bus: nvme, subsystem: s, fdp: {reclaimUnitHandles: [0]}}, {name: e, size: 1GiB, bus: nvme, subsystem: s, logicalBlockSize: 4096, fdp: {reclaimUnitHandles: [1, 0]}}]}}\n",
		want: "vmprov.yaml:3:294: guests.a.disks[1].fdp.reclaimUnitHandles[1]: must be a handle of disks with the same logical block size and metadata, got 0, which disk d has too",
	},
	{
		name: "zoned in fdp",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 4}}}}, disks: [{name: e, size: 1GiB, bus: nvme, subsystem: s, persist: false, zoned: {}}]}}\n",
		want: "vmprov.yaml:3:176: guests.a.disks[0].zoned: must not be given in a subsystem with `fdp`",
	},
	{
		name: "zoned that is kept",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, zoned: {zoneSize: 64MiB}}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].zoned: must be given with `persist: false`: the zones are empty after every start of QEMU",
	},
	{
		name: "zone not in blocks",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, logicalBlockSize: 4096, zoned: {zoneSize: 1000}}]}}\n",
		want: "vmprov.yaml:3:113: guests.a.disks[0].zoned.zoneSize: must be a multiple of the logical block size 4096 and more than 0, got 1000",
	},
	{
		name: "zone capacity above its size",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, zoned: {zoneSize: 64MiB, zoneCapacity: 65MiB}}]}}\n",
		want: "vmprov.yaml:3:110: guests.a.disks[0].zoned.zoneCapacity: must be at most the size of a zone, 64MiB, got 65MiB",
	},
	{
		name: "disk without a zone",
		yaml: head + "guests: {a: {disks: [{name: e, size: 64MiB, bus: nvme, persist: false, zoned: {}}]}}\n",
		want: "vmprov.yaml:3:79: guests.a.disks[0].zoned.zoneSize: must be at most what the disk holds, 64MiB, got 128MiB",
	},
	{
		name: "disk without a zone beside its metadata",
		yaml: head + "guests: {a: {disks: [{name: e, size: 64MiB, bus: nvme, persist: false, protection: {metadataSize: 8}, zoned: {zoneSize: 64MiB}}]}}\n",
		want: "vmprov.yaml:3:121: guests.a.disks[0].zoned.zoneSize: must be at most what the disk holds, 66076160, got 64MiB",
	},
	{
		name: "zones open above active",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, zoned: {maxOpen: 9, maxActive: 8}}]}}\n",
		want: "vmprov.yaml:3:88: guests.a.disks[0].zoned.maxOpen: must be at most maxActive, which is 8, got 9",
	},
	{
		name: "zone descriptor extension",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, zoned: {descriptorExtension: 100}}]}}\n",
		want: "vmprov.yaml:3:100: guests.a.disks[0].zoned.descriptorExtension: must be a multiple of 64 up to 16320, got 100",
	},
	{
		name: "zone descriptor extension too large",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, zoned: {descriptorExtension: 16KiB}}]}}\n",
		want: "vmprov.yaml:3:100: guests.a.disks[0].zoned.descriptorExtension: must be a multiple of 64 up to 16320, got 16KiB",
	},
	{
		name: "zrwa not in its granularity",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, zoned: {zrwa: {size: 1MiB, granularity: 3KiB, resources: 4}}}]}}\n",
		want: "vmprov.yaml:3:92: guests.a.disks[0].zoned.zrwa.size: must be a multiple of the granularity, 3KiB, got 1MiB",
	},
	{
		name: "zrwa not in blocks",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, logicalBlockSize: 4096, zoned: {zrwa: {size: 1MiB, granularity: 512, resources: 4}}}]}}\n",
		want: "vmprov.yaml:3:135: guests.a.disks[0].zoned.zrwa.granularity: must be a multiple of the logical block size 4096, of 1 to 65535 blocks, got 512",
	},
	{
		name: "zrwa resources above active zones",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, zoned: {maxActive: 3, zrwa: {size: 1MiB, granularity: 16KiB, resources: 4}}}]}}\n",
		want: "vmprov.yaml:3:143: guests.a.disks[0].zoned.zrwa.resources: must be at most maxActive, which is 3, got 4",
	},
	{
		name: "zrwa without resources",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, persist: false, zoned: {zrwa: {size: 1MiB, granularity: 16KiB}}}]}}\n",
		want: "vmprov.yaml:3:85: guests.a.disks[0].zoned.zrwa.resources: is required",
	},
	{
		name: "protection without metadata",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, protection: {type: 1}}]}}\n",
		want: "vmprov.yaml:3:67: guests.a.disks[0].protection.metadataSize: is required",
	},
	{
		name: "protection in too little metadata",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, protection: {metadataSize: 4, type: 1}}]}}\n",
		want: "vmprov.yaml:3:82: guests.a.disks[0].protection.metadataSize: must be at least 8 with a guard of 16 bits, got 4",
	},
	{
		name: "protection with a guard of 64 bits",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, protection: {metadataSize: 8, type: 2, guard: 64}}]}}\n",
		want: "vmprov.yaml:3:82: guests.a.disks[0].protection.metadataSize: must be at least 16 with a guard of 64 bits, got 8",
	},
	{
		name: "guard of 32 bits",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, protection: {metadataSize: 16, type: 2, guard: 32}}]}}\n",
		want: "vmprov.yaml:3:102: guests.a.disks[0].protection.guard: must be 16 or 64 bits, got 32",
	},
	{
		name: "guard without protection",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, protection: {metadataSize: 16, guard: 64}}]}}\n",
		want: "vmprov.yaml:3:86: guests.a.disks[0].protection.guard: must only be given with a `type` of protection information",
	},
	{
		name: "first without protection",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, protection: {metadataSize: 16, first: true}}]}}\n",
		want: "vmprov.yaml:3:86: guests.a.disks[0].protection.first: must only be given with a `type` of protection information",
	},
	{
		name: "protection type",
		yaml: head + "guests: {a: {disks: [{name: e, size: 1GiB, bus: nvme, protection: {metadataSize: 16, type: 4}}]}}\n",
		want: "vmprov.yaml:3:92: guests.a.disks[0].protection.type: must be 0 to 3, got 4",
	},
	{
		name: "nvme of the wrong type",
		yaml: head + "guests: {a: {nvme: {controllers: [x]}}}\n",
		want: "vmprov.yaml:3:34: guests.a.nvme.controllers: must be a mapping, got a list",
	},
	{
		name: "fdp without a handle left",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 2}}}}, disks: [{name: d, size: 1GiB, bus: nvme, subsystem: s, fdp: {reclaimUnitHandles: [0, 1]}}, {name: e, size: 1GiB, bus: nvme, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:196: guests.a.disks[1]: must have `fdp`, or leave it a handle: other disks name all 2 of subsystem s",
	},
	{
		name: "fdp handle of two formats that none names",
		yaml: head + "guests: {a: {nvme: {controllers: {x: {subsystem: s}}, subsystems: {s: {fdp: {reclaimUnitHandles: 2}}}}, disks: [{name: d, size: 1GiB, bus: nvme, subsystem: s}, {name: e, size: 1GiB, bus: nvme, subsystem: s, logicalBlockSize: 4096}]}}\n",
		want: "vmprov.yaml:3:161: guests.a.disks[1]: must have `fdp`, or the logical block size and metadata of disk d, which is given the same reclaim unit handle",
	},
}
