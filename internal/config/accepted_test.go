// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestParseAccepts holds the rules to what they must let through: each case is
// near one that is refused.
func TestParseAccepts(t *testing.T) {
	guest := func(body string) string { return head + "guests: {a: {" + body + "}}\n" }
	on := func(network, body string) string {
		return head + "networks: {lab: {" + network + "}}\nguests: {a: {" + body + "}}\n"
	}
	cases := []struct{ name, yaml string }{
		{"topology of maxCPUs", guest("cpus: 2, maxCPUs: 8, cpu: {sockets: 2, dies: 2, cores: 1, threads: 2}")},
		{"custom by the model alone", guest("cpu: EPYC-Milan, accelerator: tcg")},
		{"a feature with nested", guest("cpu: {nested: true, features: {svm: require, vmx-apicv-xapic: disable}}")},
		{"maximum with tcg", guest("accelerator: tcg, cpu: {mode: maximum}")},
		{"current memory of memory and dimms", guest("memory: 1GiB, currentMemory: 2GiB, maxMemory: {size: 2GiB, slots: 1}, dimms: [{size: 1GiB}]")},
		{"hugepages with a share", guest("shares: [{tag: t, source: /s}], memoryBacking: {hugepages: 2MiB, source: memfd, shared: true, allocation: immediate}")},
		{"numa of CPUs that may come, and a node without any", guest("cpus: 2, maxCPUs: 4, memory: 3GiB, numa: [{cpus: '0,2-3', memory: 1GiB, distances: {0: 10, 1: 11, 2: 255}}, {cpus: '1', memory: 1GiB}, {memory: 1GiB, hostNodes: '0-1,^1'}]")},
		{"pins", guest("iothreads: 1, maxCPUs: 4, disks: [{name: d, size: 1GiB, iothread: true}], cputune: {vcpupin: {0: '0-3,^1', 3: '16383'}, emulatorpin: '1', iothreadpin: {1: '2', 2: '3'}}")},
		{"many pins in one line", guest("cpus: 64, cputune: {vcpupin: {" + strings.ReplaceAll(lines(64, "%d: '2', "), "\n", "") + "}}, rootPorts: 0, usb: none")},
		{"boards by their version", head + "guests: {a: {machine: pc-q35-rhel9.4.0, iommu: intel}, b: {machine: pc-i440fx-7.2, watchdog: ib700, panic: isa}, c: {machine: virt-8.2, iommu: smmuv3}}\n"},
		{"what only the host's board can tell", guest("iommu: smmuv3, tpm: {version: '1.2', model: tpm-tis}, panic: isa, firmware: {type: efi, secureBoot: true}")},
		{"root ports said not on pc", guest("machine: pc, rootPorts: 0")},
		{"vsock of counted guests by itself", guest("count: 3, vsock: {}")},
		{"vsock of one counted guest", guest("count: 1, vsock: {cid: 4294967294}")},
		{"rng", guest("rng: {source: /dev/hwrng, bytes: 1024, period: 250ms}")},
		{"gdb ports side by side", head + "guests: {a: {count: 3, gdb: {port: 1234}}, b: {gdb: {port: 1237}}, c: {gdb: {port: 65535}}}\n"},
		{"gdb sockets by guest", head + "defaults: {gdb: {socket: 'run/{guest}.gdb'}}\nguests: {a: {count: 2}, b: {}}\n"},
		{"functions of one device in two guests", head + "guests: {a: {hostDevices: [{name: n, pci: '0000:03:00.0'}]}, b: {hostDevices: [{name: n, pci: '0000:03:00.1'}]}}\n"},
		{"highest and lowest address", on("ipv4: 10.47.0.0/29, ipv6: 'fd00:47::/64'", "networks: [{network: lab, address: 10.47.0.6, address6: 'fd00:47::ffff:ffff:ffff:ffff'}, {network: lab, name: two, address: 10.47.0.2, address6: 'fd00:47::2'}]")},
		{"address of one counted guest", on("ipv4: 10.47.0.0/24", "count: 1, networks: [{network: lab, address: 10.47.0.9, mac: '52:54:00:AB:CD:EF'}]")},
		{"one address on two networks", head + "networks: {bare: {mode: isolated, ipv4: 10.1.0.0/24}, lab: {ipv4: 10.2.0.0/24}}\nguests: {a: {networks: [{network: bare, address: 10.1.0.9}, {network: lab, address: 10.2.0.9}]}}\n"},
		{"IPv6 alone", on("mode: route, ipv4: none, ipv6: '2001:db8::/64', domain: lab.example, mtu: 1280, dev: eth0.100", "networks: [lab]")},
		{"vlan on a bridge", on("mode: bridge, bridge: br0", "networks: [{network: lab, vlan: 7}]")},
		{"vlan on a macvtap that has the device", on("mode: macvtap, dev: ens1f0, macvtap: passthrough", "networks: [{network: lab, vlan: 7}]")},
		{"one queue and MTU of virtio by name", guest("networks: [{network: default, model: virtio, queues: 4, mtu: 9000, link: up}]")},
		{"one port by tcp and udp and on two addresses", on("mode: user, backend: passt", "networks: [{network: lab, forwards: [{host: 2222, guest: 22}, {host: 2222, guest: 22, protocol: udp}, {host: 2222, guest: 22, address: '::1'}]}], ready: [ssh]")},
		{"forwards of counted guests side by side", head + "networks: {lab: {mode: user}}\nguests: {a: {count: 2, networks: [{network: lab, forwards: [{host: 2222, guest: 22}, {host: 2224, guest: 80}]}]}}\n"},
		{"ssh by macvtap, where the host has a way of its own", on("mode: macvtap, dev: eth0", "networks: [lab], ready: [ssh]")},
		{"idmap ranges side by side", guest("shares: [{tag: t, source: /s, queueSize: 2, threadPool: 0, idmap: {uid: [{start: 1, target: 100000, count: 65535}, {start: 0, target: 1000, count: 1}], gid: [{start: 0, target: 4294967294, count: 1}]}}]")},
		{"arguments of QEMU", guest("qemu: {args: [-machine, dump-guest-core=off, -device, '{\"driver\":\"edu\"}'], trace: ['-pci_nvme_*', virtio_blk_req_complete], log: [unimp, guest_errors]}")},
		{"override of libvirt's own alias", guest("qemu: {override: {net0: {x-txburst: 1, rombar: null}}}")},
		{"override of a device of the merged XML", guest("qemu: {override: {ua-mine: {x: 1}}}, xml: {merge: '<domain><devices/></domain>'}")},
		{"merge with a namespace, a comment and a declaration", guest(`xml: {merge: '<?xml version="1.0"?><!-- mine --><domain xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"><devices><hub><name>x</name></hub></devices><qemu:commandline><qemu:arg value="-s"/></qemu:commandline></domain>'}`)},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse([]byte(tc.yaml), testEnvironment)
			assert.NilError(t, err)
		})
	}
}

func TestDefaultReady(t *testing.T) {
	const networks = "networks: {lab: {}, mine: {mode: user}, wire: {mode: macvtap, dev: eth0}}\n"
	cases := []struct{ name, networks, want string }{
		{"a network of vmprov's", "[lab]", "ssh"},
		{"none", "[]", "running"},
		{"a user network", "[mine]", "running"},
		{"a user network with a way to ssh", "[{network: mine, forwards: [{host: 2222, guest: 22}]}]", "ssh"},
		{"a user network with another way", "[{network: mine, forwards: [{host: 8080, guest: 80}]}]", "running"},
		{"macvtap", "[wire]", "running"},
		{"one of several that is reached", "[mine, wire, lab]", "ssh"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			file, err := Parse([]byte(head+networks+"guests: {a: {networks: "+tc.networks+"}}\n"), testEnvironment)
			assert.NilError(t, err)
			assert.DeepEqual(t, file.Guests[0].Ready, []Probe{{Kind: ProbeKind(tc.want)}})
		})
	}
}
