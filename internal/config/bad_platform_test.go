// SPDX-License-Identifier: Apache-2.0

package config

// badPlatform are faults of the board and its devices.
var badPlatform = []badCase{
	{
		name: "machine",
		yaml: head + "guests: {a: {machine: microvm}}\n",
		want: "vmprov.yaml:3:23: guests.a.machine: must be q35, pc or virt, or one of a version such as pc-q35-7.2, got `microvm`",
	},
	{
		name: "machine mistyped",
		yaml: head + "guests: {a: {machine: q53}}\n",
		want: "vmprov.yaml:3:23: guests.a.machine: must be q35, pc or virt, or one of a version such as pc-q35-7.2, got `q53`; did you mean `q35`?",
	},
	{
		name: "machine of a version mistyped",
		yaml: head + "guests: {a: {machine: pc-q35}}\n",
		want: "vmprov.yaml:3:23: guests.a.machine: must be q35, pc or virt, or one of a version such as pc-q35-7.2, got `pc-q35`",
	},
	{
		name: "machine of another arch",
		yaml: head + "guests: {a: {arch: aarch64, machine: q35}}\n",
		want: "vmprov.yaml:3:38: guests.a.machine: must be virt, or virt of a version, with arch aarch64, got `q35`",
	},
	{
		name: "machine of another arch of a version",
		yaml: head + "guests: {a: {arch: x86_64, machine: virt-7.2}}\n",
		want: "vmprov.yaml:3:37: guests.a.machine: must be q35 or pc, or one of a version, with arch x86_64, got `virt-7.2`",
	},
	{
		name: "arch",
		yaml: head + "guests: {a: {arch: arm64}}\n",
		want: "vmprov.yaml:3:20: guests.a.arch: must be one of x86_64, aarch64, got `arm64`",
	},
	{
		name: "bios on virt",
		yaml: head + "guests: {a: {arch: aarch64, firmware: bios}}\n",
		want: "vmprov.yaml:3:39: guests.a.firmware.type: must be efi with machine virt, got bios",
	},
	{
		name: "keys of efi with bios",
		yaml: head + "guests: {a: {firmware: {type: bios, secureBoot: true, loader: /l, template: /t}}}\n",
		want: "vmprov.yaml:3:37: guests.a.firmware.secureBoot: must only be given with type efi, got type bios\n" +
			"vmprov.yaml:3:55: guests.a.firmware.loader: must only be given with type efi, got type bios\n" +
			"vmprov.yaml:3:67: guests.a.firmware.template: must only be given with type efi, got type bios",
	},
	{
		name: "secure boot on pc",
		yaml: head + "guests: {a: {machine: pc, firmware: {type: efi, secureBoot: true}}}\n",
		want: "vmprov.yaml:3:49: guests.a.firmware.secureBoot: must only be given with machine q35, got machine pc",
	},
	{
		name: "secure boot on virt",
		yaml: head + "guests: {a: {machine: virt, firmware: {type: efi, secureBoot: true}}}\n",
		want: "vmprov.yaml:3:51: guests.a.firmware.secureBoot: must only be given with machine q35, got machine virt",
	},
	{
		name: "loader without template",
		yaml: head + "guests: {a: {firmware: {type: efi, loader: /l}}}\n",
		want: "vmprov.yaml:3:36: guests.a.firmware.loader: must be given with `template`, the variables that go with it",
	},
	{
		name: "template without loader",
		yaml: head + "guests: {a: {firmware: {type: efi, template: /t}}}\n",
		want: "vmprov.yaml:3:36: guests.a.firmware.template: must be given with `loader`, the firmware that it goes with",
	},
	{
		name: "tpm-crb on virt",
		yaml: head + "guests: {a: {arch: aarch64, tpm: tpm-crb}}\n",
		want: "vmprov.yaml:3:34: guests.a.tpm.model: must be tpm-tis with machine virt, got `tpm-crb`",
	},
	{
		name: "tpm 1.2 on virt",
		yaml: head + "guests: {a: {arch: aarch64, tpm: {version: '1.2'}}}\n",
		want: "vmprov.yaml:3:44: guests.a.tpm.version: must be 2.0 with machine virt, got `1.2`",
	},
	{
		name: "tpm 1.2 with crb",
		yaml: head + "guests: {a: {tpm: {version: '1.2'}}}\n",
		want: "vmprov.yaml:3:29: guests.a.tpm.version: must be 2.0 with model tpm-crb, got `1.2`; tpm-tis has both",
	},
	{
		name: "tpm version as a number",
		yaml: head + "guests: {a: {tpm: {version: 2.0}}}\n",
		want: "vmprov.yaml:3:29: guests.a.tpm.version: must be a string (put it in quotes), got `2.0`",
	},
	{
		name: "watchdog itco on pc",
		yaml: head + "guests: {a: {machine: pc, watchdog: itco}}\n",
		want: "vmprov.yaml:3:37: guests.a.watchdog.model: must only be itco with machine q35, which has it built in, got machine pc",
	},
	{
		name: "watchdog ib700 on the host's default",
		yaml: head + "guests: {a: {watchdog: ib700}}\n",
		want: "vmprov.yaml:3:24: guests.a.watchdog.model: must only be ib700 with `machine: pc`; i6300esb goes with every machine",
	},
	{
		name: "watchdog ib700 on virt",
		yaml: head + "guests: {a: {arch: aarch64, watchdog: ib700}}\n",
		want: "vmprov.yaml:3:39: guests.a.watchdog.model: must only be ib700 with `machine: pc`; i6300esb goes with every machine",
	},
	{
		name: "watchdog action",
		yaml: head + "guests: {a: {watchdog: {model: itco, action: restart}}}\n",
		want: "vmprov.yaml:3:46: guests.a.watchdog.action: must be one of reset, shutdown, poweroff, pause, none, dump, inject-nmi, got `restart`",
	},
	{
		name: "vsock cid reserved",
		yaml: head + "guests: {a: {vsock: {cid: 2}}}\n",
		want: "vmprov.yaml:3:27: guests.a.vsock.cid: must be at least 3, got 2",
	},
	{
		name: "vsock cid of any",
		yaml: head + "guests: {a: {vsock: {cid: 4294967295}}}\n",
		want: "vmprov.yaml:3:27: guests.a.vsock.cid: must be 3 to 4294967294, got 4294967295",
	},
	{
		name: "vsock cid of counted guests",
		yaml: head + "guests: {a: {count: 2, vsock: {cid: 3}}}\n",
		want: "vmprov.yaml:3:32: guests.a.vsock.cid: must not be given with count 2: each guest needs one of its own, which libvirt finds",
	},
	{
		name: "vsock cid twice",
		yaml: head + "guests:\n  a: {vsock: {cid: 3}}\n  b: {vsock: {cid: 3}}\n",
		want: "vmprov.yaml:5:20: guests.b.vsock.cid: must be a context id of its own, got 3, which is that of guest a",
	},
	{
		name: "rng source",
		yaml: head + "guests: {a: {rng: urandom}}\n",
		want: "vmprov.yaml:3:19: guests.a.rng.source: must be builtin or a device below /dev, got `/srv/lab/urandom`",
	},
	{
		name: "rng period without bytes",
		yaml: head + "guests: {a: {rng: {period: 1s}}}\n",
		want: "vmprov.yaml:3:20: guests.a.rng.period: must only be given with `bytes`, how many there are in it",
	},
	{
		name: "rng period",
		yaml: head + "guests: {a: {rng: {bytes: 1024, period: 1500us}}}\n",
		want: "vmprov.yaml:3:41: guests.a.rng.period: must be whole milliseconds and more than 0, got 1.5ms",
	},
	{
		name: "panic isa on virt",
		yaml: head + "guests: {a: {arch: aarch64, panic: isa}}\n",
		want: "vmprov.yaml:3:36: guests.a.panic: must only be isa on a machine with an ISA bus, got machine virt; pvpanic is on PCI",
	},
	{
		name: "serial ports on virt",
		yaml: head + "guests: {a: {machine: virt, consoles: {serial: 2}}}\n",
		want: "vmprov.yaml:3:48: guests.a.consoles.serial: must be 1 with machine virt, which has no more, got 2",
	},
	{
		name: "serial ports",
		yaml: head + "guests: {a: {consoles: {serial: 5, virtio: 9}}}\n",
		want: "vmprov.yaml:3:33: guests.a.consoles.serial: must be 1 to 4, got 5\n" +
			"vmprov.yaml:3:44: guests.a.consoles.virtio: must be 0 to 8, got 9",
	},
	{
		name: "graphics none with keys",
		yaml: head + "guests: {a: {graphics: {type: none, listen: loopback, video: qxl}}}\n",
		want: "vmprov.yaml:3:37: guests.a.graphics.listen: must not be given with type none\n" +
			"vmprov.yaml:3:55: guests.a.graphics.video: must not be given with type none",
	},
	{
		name: "graphics listen",
		yaml: head + "guests: {a: {graphics: {type: vnc, listen: 0.0.0.0}}}\n",
		want: "vmprov.yaml:3:44: guests.a.graphics.listen: must be one of loopback, socket, got `0.0.0.0`",
	},
	{
		name: "video on virt",
		yaml: head + "guests: {a: {arch: aarch64, graphics: {type: vnc, video: vga}}}\n",
		want: "vmprov.yaml:3:58: guests.a.graphics.video: must be virtio with machine virt, got `vga`",
	},
	{
		name: "usb",
		yaml: head + "guests: {a: {usb: xhci}}\n",
		want: "vmprov.yaml:3:19: guests.a.usb: must be one of none, qemu-xhci, got `xhci`",
	},
	{
		name: "iommu intel on pc",
		yaml: head + "guests: {a: {machine: pc-i440fx-7.2, iommu: intel}}\n",
		want: "vmprov.yaml:3:45: guests.a.iommu.model: must only be intel with machine q35, got machine pc",
	},
	{
		name: "iommu virtio on pc",
		yaml: head + "guests: {a: {machine: pc, iommu: virtio}}\n",
		want: "vmprov.yaml:3:34: guests.a.iommu.model: must only be virtio with machine q35 or virt, got machine pc",
	},
	{
		name: "iommu smmuv3 on q35",
		yaml: head + "guests: {a: {machine: q35, iommu: smmuv3}}\n",
		want: "vmprov.yaml:3:35: guests.a.iommu.model: must only be smmuv3 with machine virt, got machine q35",
	},
	{
		name: "iommu keys of intel",
		yaml: head + "guests: {a: {iommu: {model: virtio, intremap: true, iotlb: false, addressBits: 48}}}\n",
		want: "vmprov.yaml:3:37: guests.a.iommu.intremap: must only be given with model intel, got model virtio\n" +
			"vmprov.yaml:3:53: guests.a.iommu.iotlb: must only be given with model intel, got model virtio\n" +
			"vmprov.yaml:3:67: guests.a.iommu.addressBits: must only be given with model intel, got model virtio",
	},
	{
		name: "iommu width",
		yaml: head + "guests: {a: {iommu: {model: intel, addressBits: 40}}}\n",
		want: "vmprov.yaml:3:49: guests.a.iommu.addressBits: must be 39 or 48, got 40",
	},
	{
		name: "root ports on pc",
		yaml: head + "guests: {a: {machine: pc, rootPorts: 2}}\n",
		want: "vmprov.yaml:3:27: guests.a.rootPorts: must not be given with machine pc, which has no PCI Express",
	},
	{
		name: "root ports",
		yaml: head + "guests: {a: {rootPorts: 25}}\n",
		want: "vmprov.yaml:3:25: guests.a.rootPorts: must be 0 to 24, got 25",
	},
	{
		name: "gdb with both",
		yaml: head + "guests: {a: {gdb: {port: 1234, socket: /s}}}\n",
		want: "vmprov.yaml:3:19: guests.a.gdb: must have exactly one of `port` and `socket`, got both",
	},
	{
		name: "gdb with nothing",
		yaml: head + "guests: {a: {gdb: {wait: true}}}\n",
		want: "vmprov.yaml:3:19: guests.a.gdb: must have exactly one of `port` and `socket`, got neither",
	},
	{
		name: "gdb socket of counted guests",
		yaml: head + "guests: {a: {count: 2, gdb: {socket: /run/gdb}}}\n",
		want: "vmprov.yaml:3:38: guests.a.gdb.socket: must hold {guest} with count 2, so that each guest has one of its own, got `/run/gdb`",
	},
	{
		name: "gdb socket with another placeholder",
		yaml: head + "guests: {a: {gdb: {socket: '/run/{name}'}}}\n",
		want: "vmprov.yaml:3:28: guests.a.gdb.socket: must have no other placeholder than {guest}, got `{name}`",
	},
	{
		name: "gdb socket too long",
		yaml: head + "guests: {a: {gdb: {socket: /ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss}}}\n",
		want: "vmprov.yaml:3:28: guests.a.gdb.socket: must have at most 107 bytes as the path of a socket, got 111 in `/sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss…`",
	},
	{
		name: "gdb socket twice",
		yaml: head + "guests:\n  a-1: {gdb: {socket: /run/a-1}}\n  b: {count: 2, gdb: {socket: '/run/{guest}'}}\n  c: {gdb: {socket: /run/b-2}}\n",
		want: "vmprov.yaml:6:21: guests.c.gdb.socket: must be a socket of its own, got `/run/b-2`, which is that of guest b",
	},
	{
		name: "gdb port twice",
		yaml: head + "guests:\n  a: {gdb: {port: 1234}}\n  b: {gdb: {port: 1234}}\n",
		want: "vmprov.yaml:5:19: guests.b.gdb.port: must be a port of its own, got 1234, which meets that of gdb of guest a",
	},
	{
		name: "gdb ports of counted guests that meet",
		yaml: head + "guests:\n  a: {count: 4, gdb: {port: 1234}}\n  b: {count: 2, gdb: {port: 1237}}\n",
		want: "vmprov.yaml:5:29: guests.b.gdb.port: must be a port of its own, got 1237-1238, which meets that of gdb of guest a",
	},
	{
		name: "gdb ports past the last",
		yaml: head + "guests: {a: {count: 4, gdb: {port: 65533}}}\n",
		want: "vmprov.yaml:3:36: guests.a.gdb.port: must leave a port up to 65535 for each of 4 guests, got 65533",
	},
	{
		name: "hostDevice address",
		yaml: head + "guests: {a: {hostDevices: [{name: n, pci: '0000:03:00.8'}]}}\n",
		want: "vmprov.yaml:3:43: guests.a.hostDevices[0].pci: must be a PCI address such as 0000:03:00.0, got `0000:03:00.8`",
	},
	{
		name: "hostDevice address without its domain",
		yaml: head + "guests: {a: {hostDevices: [{name: n, pci: '03:00.0'}]}}\n",
		want: "vmprov.yaml:3:43: guests.a.hostDevices[0].pci: must be a PCI address with its domain: write 0000:03:00.0, got `03:00.0`",
	},
	{
		name: "hostDevice name",
		yaml: head + "guests: {a: {hostDevices: [{name: My_NIC, pci: '0000:03:00.0'}]}}\n",
		want: "vmprov.yaml:3:35: guests.a.hostDevices[0].name: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `My_NIC`",
	},
	{
		name: "hostDevice named twice",
		yaml: head + "guests: {a: {hostDevices: [{name: n, pci: '0000:03:00.0'}, {name: n, pci: '0000:03:00.1'}]}}\n",
		want: "vmprov.yaml:3:67: guests.a.hostDevices[1].name: must be unique in the guest, got `n` again",
	},
	{
		name: "hostDevice named as a disk",
		yaml: head + "guests: {a: {disks: [{name: n, size: 1GiB}], hostDevices: [{name: n, pci: '0000:03:00.0'}]}}\n",
		want: "vmprov.yaml:3:67: guests.a.hostDevices[0].name: must not be the name of a disk of the guest, got `n`",
	},
	{
		name: "hostDevice twice in a guest",
		yaml: head + "guests: {a: {hostDevices: [{name: n, pci: '0000:03:00.a'}, {name: m, pci: '0000:3B:00.0'}, {name: o, pci: '0000:3b:00.0'}]}}\n",
		want: "vmprov.yaml:3:43: guests.a.hostDevices[0].pci: must be a PCI address such as 0000:03:00.0, got `0000:03:00.a`\n" +
			"vmprov.yaml:3:107: guests.a.hostDevices[2].pci: must be a device of its own, got `0000:3b:00.0`, which guest a has",
	},
	{
		name: "hostDevice in two guests",
		yaml: head + "guests:\n  a: {hostDevices: [{name: n, pci: '0000:03:00.0'}]}\n  b: {hostDevices: [{name: m, pci: '0000:03:00.0'}]}\n",
		want: "vmprov.yaml:5:36: guests.b.hostDevices[0].pci: must be a device of its own, got `0000:03:00.0`, which guest a has",
	},
	{
		name: "hostDevice of counted guests",
		yaml: head + "guests: {a: {count: 2, hostDevices: [{name: n, pci: '0000:03:00.0'}]}}\n",
		want: "vmprov.yaml:3:24: guests.a.hostDevices: must not be given with count 2: two guests cannot have one device",
	},
}
