// SPDX-License-Identifier: Apache-2.0

package config

// badCompute are faults of processor and memory.
var badCompute = []badCase{
	{
		name: "cpus out of range",
		yaml: head + "guests: {a: {cpus: 0, maxCPUs: 5000}}\n",
		want: "vmprov.yaml:3:20: guests.a.cpus: must be 1 to 4096, got 0\n" +
			"vmprov.yaml:3:32: guests.a.maxCPUs: must be 1 to 4096, got 5000",
	},
	{
		name: "maxCPUs below cpus",
		yaml: head + "guests: {a: {cpus: 4, maxCPUs: 2}}\n",
		want: "vmprov.yaml:3:32: guests.a.maxCPUs: must not be less than cpus 4, got 2",
	},
	{
		name: "cpu custom without a model",
		yaml: head + "guests: {a: {cpu: {mode: custom}}}\n",
		want: "vmprov.yaml:3:19: guests.a.cpu.model: is required with mode custom",
	},
	{
		name: "cpu model with another mode",
		yaml: head + "guests: {a: {cpu: {mode: host-model, model: EPYC-Milan}}}\n",
		want: "vmprov.yaml:3:38: guests.a.cpu.model: must only be given with mode custom, got mode host-model",
	},
	{
		name: "cpu model of other letters",
		yaml: head + "guests: {a: {cpu: 'EPYC Milan'}}\n",
		want: "vmprov.yaml:3:19: guests.a.cpu.model: must be the name of a CPU model such as EPYC-Milan, got `EPYC Milan`",
	},
	{
		name: "cpu mode mistyped",
		yaml: head + "guests: {a: {cpu: {mode: host-passthru}}}\n",
		want: "vmprov.yaml:3:26: guests.a.cpu.mode: must be one of host-passthrough, host-model, maximum, custom, got `host-passthru`; did you mean `host-passthrough`?",
	},
	{
		name: "cpu of the host with tcg",
		yaml: head + "guests: {a: {accelerator: tcg, cpu: {mode: host-passthrough}}}\n",
		want: "vmprov.yaml:3:44: guests.a.cpu.mode: must not be host-passthrough with accelerator tcg, which emulates the CPU; maximum is the most that it has",
	},
	{
		name: "cpu feature policy",
		yaml: head + "guests: {a: {cpu: {features: {avx2: disabled, sse4.2: 'on'}}}}\n",
		want: "vmprov.yaml:3:37: guests.a.cpu.features.avx2: must be one of force, require, optional, disable, forbid, got `disabled`; did you mean `disable`?\n" +
			"vmprov.yaml:3:55: guests.a.cpu.features.\"sse4.2\": must be one of force, require, optional, disable, forbid, got `on`",
	},
	{
		name: "cpu feature name",
		yaml: head + "guests: {a: {cpu: {features: {'+avx2': require}}}}\n",
		want: "vmprov.yaml:3:31: guests.a.cpu.features.\"+avx2\": must be the name of a CPU feature such as avx2 or la57, got `+avx2`",
	},
	{
		name: "cpu topology",
		yaml: head + "guests: {a: {cpus: 4, cpu: {sockets: 1, cores: 3}}}\n",
		want: "vmprov.yaml:3:38: guests.a.cpu.sockets: must make the 4 CPUs of `cpus` when multiplied, got 1 sockets x 1 dies x 3 cores x 1 threads",
	},
	{
		name: "cpu topology of maxCPUs",
		yaml: head + "guests: {a: {cpus: 4, maxCPUs: 8, cpu: {cores: 2, threads: 2}}}\n",
		want: "vmprov.yaml:3:48: guests.a.cpu.cores: must make the 8 CPUs of `maxCPUs` when multiplied, got 1 sockets x 1 dies x 2 cores x 2 threads",
	},
	{
		name: "cpu topology that overflows",
		yaml: head + "guests: {a: {cpu: {sockets: 4611686018427387904, dies: 4, cores: 4611686018427387904}}}\n",
		want: "vmprov.yaml:3:29: guests.a.cpu.sockets: must make the 2 CPUs of `cpus` when multiplied, got 4611686018427387904 sockets x 4 dies x 4611686018427387904 cores x 1 threads",
	},
	{
		name: "cpu topology of defaults",
		yaml: head + "defaults: {cpu: {threads: 2}}\nguests: {a: {cpus: 3}, b: {}}\n",
		want: "vmprov.yaml:3:27: defaults.cpu.threads: must make the 3 CPUs of `cpus` when multiplied, got 1 sockets x 1 dies x 1 cores x 2 threads",
	},
	{
		name: "cpu nested on aarch64",
		yaml: head + "guests: {a: {arch: aarch64, cpu: {nested: true}}}\n",
		want: "vmprov.yaml:3:35: guests.a.cpu.nested: must not be given with arch aarch64, whose CPU has neither vmx nor svm",
	},
	{
		name: "current memory above memory",
		yaml: head + "guests: {a: {memory: 1GiB, currentMemory: 2GiB}}\n",
		want: "vmprov.yaml:3:43: guests.a.currentMemory: must not be more than the guest's memory 1GiB, got 2GiB",
	},
	{
		name: "current memory too small",
		yaml: head + "guests: {a: {currentMemory: 16MiB}}\n",
		want: "vmprov.yaml:3:29: guests.a.currentMemory: must be at least 64MiB, got 16MiB",
	},
	{
		name: "current memory not in MiB",
		yaml: head + "guests: {a: {currentMemory: 100000000}}\n",
		want: "vmprov.yaml:3:29: guests.a.currentMemory: must be a multiple of 1MiB, got 100000000",
	},
	{
		name: "maxMemory below memory",
		yaml: head + "guests: {a: {memory: 4GiB, maxMemory: {size: 2GiB, slots: 4}}}\n",
		want: "vmprov.yaml:3:46: guests.a.maxMemory.size: must not be less than memory and dimms together, 4GiB, got 2GiB",
	},
	{
		name: "maxMemory below memory and dimms",
		yaml: head + "guests: {a: {memory: 2GiB, maxMemory: {size: 3GiB, slots: 2}, dimms: [{size: 1GiB}, {size: 1GiB}]}}\n",
		want: "vmprov.yaml:3:46: guests.a.maxMemory.size: must not be less than memory and dimms together, 4GiB, got 3GiB",
	},
	{
		name: "maxMemory not in MiB",
		yaml: head + "guests: {a: {maxMemory: {size: 5000000000, slots: 1}}}\n",
		want: "vmprov.yaml:3:32: guests.a.maxMemory.size: must be a multiple of 1MiB, got 5000000000",
	},
	{
		name: "maxMemory slots",
		yaml: head + "guests: {a: {maxMemory: {size: 8GiB, slots: 300}}}\n",
		want: "vmprov.yaml:3:45: guests.a.maxMemory.slots: must be 1 to 255, got 300",
	},
	{
		name: "maxMemory slots for dimms",
		yaml: head + "guests: {a: {maxMemory: {size: 8GiB, slots: 1}, dimms: [{size: 1GiB}, {size: 1GiB}]}}\n",
		want: "vmprov.yaml:3:45: guests.a.maxMemory.slots: must have a slot for each of 2 dimms, got 1",
	},
	{
		name: "dimms without maxMemory",
		yaml: head + "guests: {a: {dimms: [{size: 1GiB}]}}\n",
		want: "vmprov.yaml:3:14: guests.a.dimms: must only be given with `maxMemory`, which says how many slots there are",
	},
	{
		name: "dimm size",
		yaml: head + "guests: {a: {maxMemory: {size: 8GiB, slots: 4}, dimms: [{size: 100MiB}, {size: 0}]}}\n",
		want: "vmprov.yaml:3:64: guests.a.dimms[0].size: must be a multiple of 128MiB, the block that Linux plugs in, and more than 0, got 100MiB\n" +
			"vmprov.yaml:3:80: guests.a.dimms[1].size: must be a multiple of 128MiB, the block that Linux plugs in, and more than 0, got 0",
	},
	{
		name: "dimm node of numa",
		yaml: head + "guests: {a: {numa: [{cpus: 0-1, memory: 1GiB}, {memory: 1GiB}], maxMemory: {size: 8GiB, slots: 4}, dimms: [{size: 1GiB, node: 2}]}}\n",
		want: "vmprov.yaml:3:127: guests.a.dimms[0].node: must be a NUMA node of the guest, 0 to 1, got 2",
	},
	{
		name: "dimm node without numa",
		yaml: head + "guests: {a: {maxMemory: {size: 8GiB, slots: 4}, dimms: [{size: 1GiB, node: 1}]}}\n",
		want: "vmprov.yaml:3:76: guests.a.dimms[0].node: must be 0 without `numa`: the guest gets one node then, with all CPUs and memory, got 1",
	},
	{
		name: "backing anonymous with a share",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s}], memoryBacking: {source: anonymous}}}\n",
		want: "vmprov.yaml:3:70: guests.a.memoryBacking.source: must not be anonymous in a guest with shares: virtiofsd needs memory that it can map",
	},
	{
		name: "backing not shared with a share",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s}], memoryBacking: {shared: false}}}\n",
		want: "vmprov.yaml:3:70: guests.a.memoryBacking.shared: must not be false in a guest with shares: virtiofsd needs memory that it can map",
	},
	{
		name: "backing anonymous and shared",
		yaml: head + "guests: {a: {memoryBacking: {source: anonymous, shared: true}}}\n",
		want: "vmprov.yaml:3:38: guests.a.memoryBacking.source: must not be anonymous with `shared`: only memfd and file can be mapped by others",
	},
	{
		name: "hugepages",
		yaml: head + "guests: {a: {memoryBacking: {hugepages: 3MiB}}}\n",
		want: "vmprov.yaml:3:41: guests.a.memoryBacking.hugepages: must be a power of two from 64KiB to 16GiB, such as 2MiB, got 3MiB",
	},
	{
		name: "hugepages too small",
		yaml: head + "guests: {a: {memoryBacking: {hugepages: 4KiB}}}\n",
		want: "vmprov.yaml:3:41: guests.a.memoryBacking.hugepages: must be a power of two from 64KiB to 16GiB, such as 2MiB, got 4KiB",
	},
	{
		name: "hugepages and their allocation",
		yaml: head + "guests: {a: {memoryBacking: {hugepages: 2MiB, allocation: ondemand, source: anonymous}}}\n",
		want: "vmprov.yaml:3:59: guests.a.memoryBacking.allocation: must not be ondemand with `hugepages`, which libvirt takes at the start\n" +
			"vmprov.yaml:3:77: guests.a.memoryBacking.source: must not be anonymous with `hugepages`, which libvirt refuses",
	},
	{
		name: "hugepages that memory is no multiple of",
		yaml: head + "guests: {a: {memory: 1537MiB, maxMemory: {size: 8GiB, slots: 1}, dimms: [{size: 128MiB}], memoryBacking: {hugepages: 1GiB}}}\n",
		want: "vmprov.yaml:3:22: guests.a.memory: must be a multiple of the huge page size 1GiB, got 1537MiB\n" +
			"vmprov.yaml:3:81: guests.a.dimms[0].size: must be a multiple of the huge page size 1GiB, got 128MiB",
	},
	{
		name: "numa memory",
		yaml: head + "guests: {a: {memory: 4GiB, numa: [{cpus: '0', memory: 1GiB}, {cpus: '1', memory: 2GiB}]}}\n",
		want: "vmprov.yaml:3:34: guests.a.numa: must have the guest's memory 4GiB in all nodes together, got 3GiB",
	},
	{
		name: "numa memory of nothing",
		yaml: head + "guests: {a: {numa: [{cpus: 0-1, memory: 0}]}}\n",
		want: "vmprov.yaml:3:41: guests.a.numa[0].memory: must be a multiple of 1MiB and more than 0, got 0",
	},
	{
		name: "numa memory that comes round",
		yaml: head + "guests: {a: {numa: [{cpus: 0-1, memory: 4194304TiB}, {memory: 4194304TiB}, {memory: 4194304TiB}, {memory: 4194304TiB}, {memory: 2GiB}]}}\n",
		want: "vmprov.yaml:3:20: guests.a.numa: must have the guest's memory 2GiB in all nodes together, got 9223372039002259455",
	},
	{
		name: "numa CPU list",
		yaml: head + "guests: {a: {numa: [{cpus: 0..1, memory: 2GiB}]}}\n",
		want: "vmprov.yaml:3:28: guests.a.numa[0].cpus: must be CPUs of the guest such as 0-3 or 0,2, got `0..1`",
	},
	{
		name: "numa CPU range backwards",
		yaml: head + "guests: {a: {numa: [{cpus: 1-0, memory: 2GiB}]}}\n",
		want: "vmprov.yaml:3:28: guests.a.numa[0].cpus: must be CPUs of the guest such as 0-3 or 0,2, got `1-0`",
	},
	{
		name: "numa CPU of none",
		yaml: head + "guests: {a: {numa: [{cpus: 0-7, memory: 2GiB}]}}\n",
		want: "vmprov.yaml:3:28: guests.a.numa[0].cpus: must be CPUs of the guest, 0 to 1, got `0-7`",
	},
	{
		name: "numa CPU twice",
		yaml: head + "guests: {a: {cpus: 4, numa: [{cpus: 0-2, memory: 1GiB}, {cpus: 1-3, memory: 1GiB}]}}\n",
		want: "vmprov.yaml:3:64: guests.a.numa[1].cpus: must not have CPU 1-2, which is in another node, got `1-3`",
	},
	{
		name: "numa CPUs in no node",
		yaml: head + "guests: {a: {cpus: 4, maxCPUs: 8, numa: [{cpus: '0-2,5', memory: 2GiB}]}}\n",
		want: "vmprov.yaml:3:41: guests.a.numa: must have each of the guest's CPUs 0 to 7 in a node, lacks 3-4,6-7",
	},
	{
		name: "numa distances",
		yaml: head + "guests: {a: {numa: [{cpus: 0-1, memory: 1GiB, distances: {0: 20, 1: 10, 2: 20, x: 20}}, {memory: 1GiB}]}}\n",
		want: "vmprov.yaml:3:62: guests.a.numa[0].distances.0: must be 10, the distance of a node to itself, got 20\n" +
			"vmprov.yaml:3:69: guests.a.numa[0].distances.1: must be 11 to 255, got 10\n" +
			"vmprov.yaml:3:73: guests.a.numa[0].distances.2: must be a NUMA node of the guest, 0 to 1, got `2`\n" +
			"vmprov.yaml:3:80: guests.a.numa[0].distances.x: must be a NUMA node of the guest, 0 to 1, got `x`",
	},
	{
		name: "numa hostNodes",
		yaml: head + "guests: {a: {numa: [{cpus: 0-1, memory: 2GiB, hostNodes: all}]}}\n",
		want: "vmprov.yaml:3:58: guests.a.numa[0].hostNodes: must be NUMA nodes of the host such as 2, 4-7 or 0-3,^2, at most 16383, got `all`",
	},
	{
		name: "numatune nodeset",
		yaml: head + "guests: {a: {numatune: {nodeset: '0;1'}}}\n",
		want: "vmprov.yaml:3:34: guests.a.numatune.nodeset: must be NUMA nodes of the host such as 2, 4-7 or 0-3,^2, at most 16383, got `0;1`",
	},
	{
		name: "numatune without nodeset",
		yaml: head + "guests: {a: {numatune: {mode: strict}}}\n",
		want: "vmprov.yaml:3:24: guests.a.numatune.nodeset: is required",
	},
	{
		name: "numatune mode",
		yaml: head + "guests: {a: {numatune: {mode: prefered, nodeset: '0'}}}\n",
		want: "vmprov.yaml:3:31: guests.a.numatune.mode: must be one of strict, preferred, interleave, restrictive, got `prefered`; did you mean `preferred`?",
	},
	{
		name: "vcpupin of a CPU that is not there",
		yaml: head + "guests: {a: {cputune: {vcpupin: {0: '2', 2: '3', x: '4', 01: '5'}}}}\n",
		want: "vmprov.yaml:3:42: guests.a.cputune.vcpupin.2: must be a CPU of the guest, 0 to 1, got `2`\n" +
			"vmprov.yaml:3:50: guests.a.cputune.vcpupin.x: must be a CPU of the guest, 0 to 1, got `x`\n" +
			"vmprov.yaml:3:58: guests.a.cputune.vcpupin.01: must be a CPU of the guest, 0 to 1, got `01`",
	},
	{
		name: "vcpupin set",
		yaml: head + "guests: {a: {cputune: {vcpupin: {0: ''}}}}\n",
		want: "vmprov.yaml:3:37: guests.a.cputune.vcpupin.0: must be CPUs of the host such as 2, 4-7 or 0-3,^2, at most 16383, got nothing",
	},
	{
		name: "emulatorpin set",
		yaml: head + "guests: {a: {cputune: {emulatorpin: 0-3-5}}}\n",
		want: "vmprov.yaml:3:37: guests.a.cputune.emulatorpin: must be CPUs of the host such as 2, 4-7 or 0-3,^2, at most 16383, got `0-3-5`",
	},
	{
		name: "pin to a CPU too high",
		yaml: head + "guests: {a: {cputune: {emulatorpin: '20000'}}}\n",
		want: "vmprov.yaml:3:37: guests.a.cputune.emulatorpin: must be CPUs of the host such as 2, 4-7 or 0-3,^2, at most 16383, got `20000`",
	},
	{
		name: "pin to a number too large",
		yaml: head + "guests: {a: {cputune: {emulatorpin: '99999999999999999999'}}}\n",
		want: "vmprov.yaml:3:37: guests.a.cputune.emulatorpin: must be CPUs of the host such as 2, 4-7 or 0-3,^2, at most 16383, got `99999999999999999999`",
	},
	{
		name: "pin to nothing left",
		yaml: head + "guests: {a: {cputune: {emulatorpin: '2,^2'}}}\n",
		want: "vmprov.yaml:3:37: guests.a.cputune.emulatorpin: must be CPUs of the host such as 2, 4-7 or 0-3,^2, at most 16383, got `2,^2`",
	},
	{
		name: "iothreadpin without iothreads",
		yaml: head + "guests: {a: {cputune: {iothreadpin: {1: '2'}}}}\n",
		want: "vmprov.yaml:3:38: guests.a.cputune.iothreadpin.1: must be an iothread of the guest, which has none: say `iothreads`, or `iothread: true` of a disk",
	},
	{
		name: "iothreadpin past the iothreads",
		yaml: head + "guests: {a: {iothreads: 1, disks: [{name: d, size: 1GiB, iothread: true}], cputune: {iothreadpin: {0: '1', 2: '2', 3: '3'}}}}\n",
		want: "vmprov.yaml:3:100: guests.a.cputune.iothreadpin.0: must be an iothread of the guest, 1 to 2, got `0`\n" +
			"vmprov.yaml:3:116: guests.a.cputune.iothreadpin.3: must be an iothread of the guest, 1 to 2, got `3`",
	},
	{
		name: "iothreads out of range",
		yaml: head + "guests: {a: {iothreads: 65}}\n",
		want: "vmprov.yaml:3:25: guests.a.iothreads: must be 1 to 64, got 65",
	},
}
