// SPDX-License-Identifier: Apache-2.0

package config

// badSource are faults of what a disk is made of.
var badSource = []badCase{
	{
		name: "new file system that cannot be written",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, readOnly: true, filesystem: {type: xfs}, target: /m}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.disks[0].readOnly: must not be given with `filesystem` on a new disk, on which the guest could not make it",
	},
	{
		name: "nothing to be made of",
		yaml: head + "guests: {a: {disks: [{name: d}]}}\n",
		want: "vmprov.yaml:3:22: guests.a.disks[0].size: is required without `image` and `path`",
	},
	{
		name: "path and size",
		yaml: head + "guests: {a: {disks: [{name: d, path: /dev/sdz, size: 1GiB}]}}\n",
		want: "vmprov.yaml:3:48: guests.a.disks[0].size: must not be given with `path`: what is there has its own size",
	},
	{
		name: "path and image",
		yaml: head + "guests: {a: {disks: [{name: d, path: /dev/sdz, image: i}]}}\n",
		want: "vmprov.yaml:3:48: guests.a.disks[0].image: must not be given with `path`",
	},
	{
		name: "unknown image",
		yaml: head + "guests: {a: {disks: [{name: d, image: j}]}}\n",
		want: "vmprov.yaml:3:39: guests.a.disks[0].image: must be an image of this file (i), got `j`",
	},
	{
		name: "image as raw",
		yaml: head + "guests: {a: {disks: [{name: d, image: i, format: raw}]}}\n",
		want: "vmprov.yaml:3:50: guests.a.disks[0].format: must be qcow2 with `image`, which the disk is an overlay on, got raw",
	},
	{
		name: "image with a size of zero",
		yaml: head + "guests: {a: {disks: [{name: d, image: i, size: 0}]}}\n",
		want: "vmprov.yaml:3:48: guests.a.disks[0].size: must be a multiple of the logical block size 512 and more than 0, got 0",
	},
	{
		name: "image with preallocation",
		yaml: head + "guests: {a: {disks: [{name: d, image: i, preallocation: falloc}]}}\n",
		want: "vmprov.yaml:3:42: guests.a.disks[0].preallocation: must not be given with `image`: an overlay holds only what differs",
	},
	{
		name: "path with preallocation",
		yaml: head + "guests: {a: {disks: [{name: d, path: /dev/sdz, preallocation: falloc}]}}\n",
		want: "vmprov.yaml:3:48: guests.a.disks[0].preallocation: must not be given with `path`: what is there is never made",
	},
	{
		name: "raw with preallocated metadata",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, format: raw, preallocation: metadata}]}}\n",
		want: "vmprov.yaml:3:72: guests.a.disks[0].preallocation: must be off or falloc with format raw, got metadata",
	},
	{
		name: "preallocation",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, preallocation: full}]}}\n",
		want: "vmprov.yaml:3:59: guests.a.disks[0].preallocation: must be one of off, metadata, falloc, got `full`",
	},
	{
		name: "path renewed",
		yaml: head + "guests: {a: {disks: [{name: d, path: /dev/sdz, persist: false}]}}\n",
		want: "vmprov.yaml:3:57: guests.a.disks[0].persist: must not be false with `path`: vmprov never makes anew what is there",
	},
	{
		name: "the one folder that is known",
		yaml: head + "guests: {a: {kernel: /, disks: [{name: d, path: /.}]}}\n",
		want: "vmprov.yaml:3:22: guests.a.kernel: must be a file, got `/`\n" +
			"vmprov.yaml:3:49: guests.a.disks[0].path: must be a file, got `/`",
	}, {
		name: "more NVMe controllers than libvirt numbers",
		yaml: head + "guests: {a: {disks: [{name: d, bus: nvme, size: 1GiB, count: 97}]}}\n",
		want: "vmprov.yaml:3:14: guests.a.disks: must be on at most 96 NVMe controllers, got 97; one `controller` takes 256 disks",
	}, {
		name: "more PCI devices than the board has places",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, count: 120}, {name: e, bus: nvme, size: 1GiB, count: 8}, {name: s, bus: sata, size: 1GiB}]}}\n",
		want: "vmprov.yaml:3:14: guests.a.disks: must leave the guest with at most 128 PCI devices (virtio disks, NVMe and SATA controllers, shares and hostDevices), got 129; " +
			"an nvme `controller`, or bus scsi, takes many disks",
	}, {
		name: "path renewed by recycle",
		yaml: head + "guests: {a: {recycle: {disks: [d]}, disks: [{name: d, path: /dev/sdz}]}}\n",
		want: "vmprov.yaml:3:32: guests.a.recycle.disks[0]: must not be a disk with `path`, which vmprov never makes anew, got `d`",
	},
	{
		name: "path of two disks",
		yaml: head + "guests: {a: {disks: [{name: d, path: /dev/sdz}, {name: e, path: /dev/sdz, readOnly: true}]}}\n",
		want: "vmprov.yaml:3:65: guests.a.disks[1].path: must be a path of its own, or both must be shareable or readOnly, got `/dev/sdz`, which is that of disk d of a",
	},
	{
		name: "path of two guests",
		yaml: head + "guests: {a: {disks: [{name: d, path: /dev/sdz}]}, b: {disks: [{name: d, path: /dev/sdz}]}}\n",
		want: "vmprov.yaml:3:79: guests.b.disks[0].path: must be a path of its own, or both must be shareable or readOnly, got `/dev/sdz`, which is that of disk d of a",
	},
	{
		name: "path of a counted guest",
		yaml: head + "guests: {a: {count: 2, disks: [{name: d, path: ./x.raw}]}}\n",
		want: "vmprov.yaml:3:48: guests.a.disks[0].path: must be shareable or readOnly where 2 guests have it, got `/srv/lab/x.raw`",
	},
	{
		name: "shareable without path",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, shareable: true}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.disks[0].shareable: must only be given with `path`",
	},
	{
		name: "shareable as qcow2",
		yaml: head + "guests: {a: {disks: [{name: d, path: /x.qcow2, format: qcow2, shareable: true}]}}\n",
		want: "vmprov.yaml:3:63: guests.a.disks[0].shareable: must only be given with format raw, got format qcow2",
	},
	{
		name: "empty path",
		yaml: head + "guests: {a: {disks: [{name: d, path: ''}]}}\n",
		want: "vmprov.yaml:3:38: guests.a.disks[0].path: must be a path, got nothing",
	},
}

// badBus are faults of keys of a disk that depend on its bus.
var badBus = []badCase{
	{
		name: "wwn of virtio",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, wwn: 5000c50015ea71ac}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.disks[0].wwn: must only be given with bus scsi, sata or ide, got bus virtio",
	},
	{
		name: "wwn form",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: sata, wwn: '0x5000c50015ea71'}]}}\n",
		want: "vmprov.yaml:3:60: guests.a.disks[0].wwn: must be 16 hexadecimal digits, got `0x5000c50015ea71`",
	},
	{
		name: "wwn as a number",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: sata, wwn: 5000000000000001}]}}\n",
		want: "vmprov.yaml:3:60: guests.a.disks[0].wwn: must be a string (put it in quotes), got `5000000000000001`",
	},
	{
		name: "wwn twice",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: sata, wwn: 5000c50015ea71ac}, {name: e, size: 1GiB, bus: scsi, wwn: 5000C50015EA71AC}]}}\n",
		want: "vmprov.yaml:3:117: guests.a.disks[1].wwn: must be a World Wide Name of its own in the guest, got `5000c50015ea71ac`, which is that of disk d",
	},
	{
		name: "rotation rate of nvme",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, rotationRate: 1}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].rotationRate: must only be given with bus scsi, sata or ide, got bus nvme",
	},
	{
		name: "rotation rate that is reserved",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: scsi, rotationRate: 500}]}}\n",
		want: "vmprov.yaml:3:69: guests.a.disks[0].rotationRate: must be 1 for a solid-state disk, or 1025 to 65534, got 500",
	},
	{
		name: "rotation rate too large",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: scsi, rotationRate: 65535}]}}\n",
		want: "vmprov.yaml:3:69: guests.a.disks[0].rotationRate: must be 1 to 65534, got 65535",
	},
	{
		name: "iothread of scsi",
		yaml: head + "guests: {a: {iothreads: 1, disks: [{name: d, size: 1GiB, bus: scsi, iothread: 1}]}}\n",
		want: "vmprov.yaml:3:69: guests.a.disks[0].iothread: must only be given with bus virtio, got bus scsi",
	},
	{
		name: "iothread that there is not",
		yaml: head + "guests: {a: {iothreads: 2, disks: [{name: d, size: 1GiB, iothread: 3}]}}\n",
		want: "vmprov.yaml:3:68: guests.a.disks[0].iothread: must be true or at most the guest's `iothreads`, which are 2, got 3",
	},
	{
		name: "iothread without any",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, iothread: 1}]}}\n",
		want: "vmprov.yaml:3:54: guests.a.disks[0].iothread: must be true or at most the guest's `iothreads`, which are 0, got 1",
	},
	{
		name: "iothread as a word",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, iothread: own}]}}\n",
		want: "vmprov.yaml:3:54: guests.a.disks[0].iothread: must be true, false or the number of an iothread, from 1 to 64, got `own`",
	},
	{
		name: "iothread of zero",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, iothread: 0}]}}\n",
		want: "vmprov.yaml:3:54: guests.a.disks[0].iothread: must be true, false or the number of an iothread, from 1 to 64, got `0`",
	},
	{
		name: "queues of sata",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: sata, queues: 2}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].queues: must only be given with bus virtio, got bus sata",
	},
	{
		name: "queues too many",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, queues: 1025}]}}\n",
		want: "vmprov.yaml:3:52: guests.a.disks[0].queues: must be 1 to 1024, got 1025",
	},
	{
		name: "queue size of nvme",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: nvme, queueSize: 256}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].queueSize: must only be given with bus virtio, got bus nvme",
	},
	{
		name: "queue size no power of two",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, queueSize: 100}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].queueSize: must be a power of two from 4 to 1024, got 100",
	},
	{
		name: "queue size too small",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, queueSize: 2}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].queueSize: must be a power of two from 4 to 1024, got 2",
	},
	{
		name: "queue size too large",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, queueSize: 2048}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].queueSize: must be a power of two from 4 to 1024, got 2048",
	},
	{
		name: "packed of scsi",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: scsi, packed: true}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].packed: must only be given with bus virtio, got bus scsi",
	},
	{
		name: "ide on q35",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: ide}]}}\n",
		want: "vmprov.yaml:3:49: guests.a.disks[0].bus: must only be ide with machine pc, got machine q35; sata has the same disks there",
	},
	{
		name: "ide on a version of q35",
		yaml: head + "guests: {a: {machine: pc-q35-7.2, disks: [{name: d, size: 1GiB, bus: ide}]}}\n",
		want: "vmprov.yaml:3:70: guests.a.disks[0].bus: must only be ide with machine pc, got machine pc-q35-7.2; sata has the same disks there",
	},
	{
		name: "read-only sata",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: sata, readOnly: true}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].readOnly: must not be given with bus sata, whose disks are always writable; scsi has read-only ones",
	},
	{
		name: "nsid of virtio",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, nsid: 1}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.disks[0].nsid: must only be given with bus nvme, got bus virtio",
	},
	{
		name: "zoned virtio",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, zoned: {}, persist: false}]}}\n",
		want: "vmprov.yaml:3:44: guests.a.disks[0].zoned: must only be given with bus nvme, got bus virtio",
	},
	{
		name: "subsystem of scsi",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: scsi, subsystem: s}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].subsystem: must only be given with bus nvme, got bus scsi",
	},
	{
		name: "boot order of a disk and a NIC",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bootOrder: 2}], networks: [{network: default, bootOrder: 2}]}}\n",
		want: "vmprov.yaml:3:101: guests.a.networks[0].bootOrder: must be a place of its own in the guest, got 2, which is that of disk d",
	},
	{
		name: "boot order of a disk and a host device",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bootOrder: 1}], hostDevices: [{name: h, pci: '0000:03:00.0', bootOrder: 1}]}}\n",
		want: "vmprov.yaml:3:116: guests.a.hostDevices[0].bootOrder: must be a place of its own in the guest, got 1, which is that of disk d",
	},
	{
		name: "boot order of zero",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bootOrder: 0}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].bootOrder: must be at least 1, got 0",
	},
}
