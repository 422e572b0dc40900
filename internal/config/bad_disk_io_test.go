// SPDX-License-Identifier: Apache-2.0

package config

// badIO are faults of how the host reads and writes a disk.
var badIO = []badCase{
	{
		name: "sata with large logical blocks",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: sata, logicalBlockSize: 4096}]}}\n",
		want: "vmprov.yaml:3:73: guests.a.disks[0].logicalBlockSize: must be 512 with bus sata, got 4096; its physical block size may be larger",
	},
	{
		name: "minimum I/O size",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, minIOSize: 1000}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].minIOSize: must be a multiple of the logical block size 512 and more than 0, got 1000",
	},
	{
		name: "minimum I/O size too large",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, minIOSize: 32MiB}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].minIOSize: must be at most 65535 logical blocks of 512, got 32MiB",
	},
	{
		name: "optimal I/O size",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, logicalBlockSize: 4096, optIOSize: 2KiB}]}}\n",
		want: "vmprov.yaml:3:79: guests.a.disks[0].optIOSize: must be a multiple of the logical block size 4096 and more than 0, got 2KiB",
	},
	{
		name: "optimal I/O size too large",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, optIOSize: 4GiB}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].optIOSize: must be less than 4GiB, got 4GiB",
	},
	{
		name: "discard granularity of zero",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, discardGranularity: 0}]}}\n",
		want: "vmprov.yaml:3:64: guests.a.disks[0].discardGranularity: must be a multiple of the logical block size 512 and more than 0, got 0",
	},
	{
		name: "zeroes unmapped without discard",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, detectZeroes: unmap, discard: ignore}]}}\n",
		want: "vmprov.yaml:3:58: guests.a.disks[0].detectZeroes: must have discard unmap when it is unmap, got discard ignore",
	},
	{
		name: "error policy",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, errorPolicy: pause}]}}\n",
		want: "vmprov.yaml:3:57: guests.a.disks[0].errorPolicy: must be one of stop, report, ignore, enospace, got `pause`",
	},
	{
		name: "throttle total and direction",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {totalBytesSec: 1MiB, readBytesSec: 1MiB}}]}}\n",
		want: "vmprov.yaml:3:76: guests.a.disks[0].throttle.readBytesSec: must not be given beside `totalBytesSec`",
	},
	{
		name: "throttle requests total and direction",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {totalIopsSec: 100, writeIopsSec: 100}}]}}\n",
		want: "vmprov.yaml:3:74: guests.a.disks[0].throttle.writeIopsSec: must not be given beside `totalIopsSec`",
	},
	{
		name: "throttle burst without rate",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {readIopsSecMax: 100}}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].throttle.readIopsSecMax: must only be given with `readIopsSec`",
	},
	{
		name: "throttle burst below rate",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {writeBytesSec: 2MiB, writeBytesSecMax: 1MiB}}]}}\n",
		want: "vmprov.yaml:3:94: guests.a.disks[0].throttle.writeBytesSecMax: must be at least `writeBytesSec`, which is 2MiB, got 1MiB",
	},
	{
		name: "throttle of zero",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {totalBytesSec: 0}}]}}\n",
		want: "vmprov.yaml:3:70: guests.a.disks[0].throttle.totalBytesSec: must be more than 0, got 0",
	},
	{
		name: "throttle too large",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {totalBytesSec: 1000TiB}}]}}\n",
		want: "vmprov.yaml:3:70: guests.a.disks[0].throttle.totalBytesSec: must be at most 1000000000000000 a second, got 1000TiB",
	},
	{
		name: "throttle size of requests alone",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {totalBytesSec: 1MiB, sizeIopsSec: 4KiB}}]}}\n",
		want: "vmprov.yaml:3:76: guests.a.disks[0].throttle.sizeIopsSec: must only be given with a limit of requests a second",
	},
	{
		name: "throttle key",
		yaml: head + "guests: {a: {disks: [{name: d, size: 1GiB, throttle: {total_bytes_sec: 1MiB}}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.disks[0].throttle.total_bytes_sec: unknown key; did you mean `totalBytesSec`?",
	},
}
