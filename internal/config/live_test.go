// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestLive: what of a change reaches a guest that runs, and what is left for
// its next boot. An effect is the same in Compare and in Live.
func TestLive(t *testing.T) {
	const share = "shares: [{tag: t, source: /s}]"
	cases := []struct{ name, running, declared, live, waits string }{
		{"nothing", "{}", "{}", "", ""},
		{"memory", "{}", "memory: 4GiB", "", "memory"},
		{"balloon", "{}", "currentMemory: 1GiB", "currentMemory", ""},
		{"balloon back", "currentMemory: 1GiB", "{}", "currentMemory", ""},
		{"balloon above the memory it runs with", "{memory: 1GiB, currentMemory: 512MiB}", "{memory: 4GiB, currentMemory: 2GiB}", "", "memory currentMemory"},
		{"more cpus", "{cpus: 1, maxCPUs: 4}", "{cpus: 4, maxCPUs: 4}", "cpus", ""},
		{"fewer cpus", "{cpus: 4, maxCPUs: 4}", "{cpus: 1, maxCPUs: 4}", "", "cpus"},
		{"more cpus than fit", "{cpus: 1, maxCPUs: 2}", "{cpus: 4, maxCPUs: 4}", "", "cpus maxCPUs"},
		{"more cpus without room", "cpus: 1", "cpus: 2", "", "cpus"},
		{"autostart", "{}", "autostart: true", "autostart", ""},
		{"pins", "cpus: 2", "{cpus: 2, cputune: {vcpupin: {'0': '1'}, emulatorpin: '0'}}", "cputune.vcpupin cputune.emulatorpin", ""},
		{"pins gone", "{cpus: 2, cputune: {vcpupin: {'0': '1'}, emulatorpin: '0'}}", "cpus: 2", "cputune.vcpupin cputune.emulatorpin", ""},
		{"a pin gone", "cputune: {vcpupin: {'0': '1'}, emulatorpin: '0'}", "cputune: {emulatorpin: '0'}", "cputune.vcpupin", ""},
		{"pin of a new iothread", "{}", "{iothreads: 1, cputune: {iothreadpin: {'1': '0'}}}", "", "cputune.iothreadpin iothreads"},
		{"pin of an iothread", "iothreads: 1", "{iothreads: 1, cputune: {iothreadpin: {'1': '0'}}}", "cputune.iothreadpin", ""},

		{"virtio disk", "{}", "disks: [{name: a, size: 1GiB}]", "disks[a]", ""},
		{"disk before another", "disks: [{name: b, size: 1GiB}]", "disks: [{name: a, size: 1GiB}, {name: b, size: 1GiB}]", "disks[a]", ""},
		{"nvme disk", "{}", "disks: [{name: a, bus: nvme, size: 1GiB}]", "", "disks[a]"},
		{"sata disk", "{}", "disks: [{name: a, bus: sata, size: 1GiB}]", "", "disks[a]"},
		{"first scsi disk", "{}", "disks: [{name: a, bus: scsi, size: 1GiB}]", "", "disks[a]"},
		{"second scsi disk", "disks: [{name: a, bus: scsi, size: 1GiB}]", "disks: [{name: a, bus: scsi, size: 1GiB}, {name: b, bus: scsi, size: 1GiB}]", "disks[b]", ""},
		{"disk with a thread of its own", "{}", "disks: [{name: a, size: 1GiB, iothread: true}]", "", "disks[a]"},
		{"disk on a thread that is there", "iothreads: 1", "{iothreads: 1, disks: [{name: a, size: 1GiB, iothread: 1}]}", "disks[a]", ""},
		{"disk on a thread that is not", "{}", "{iothreads: 1, disks: [{name: a, size: 1GiB, iothread: 1}]}", "", "disks[a] iothreads"},
		{"disk with an override", "{}", "disks: [{name: a, size: 1GiB, optIOSize: 64KiB}]", "", "disks[a]"},
		{"disk with a mount point", "{}", "disks: [{name: a, size: 1GiB, filesystem: {type: ext4}, target: /m}]", "disks[a]", "disks[a].filesystem disks[a].target"},
		{"disk gone", "disks: [{name: a, size: 1GiB}]", "{}", "disks[a]", ""},
		{"mounted disk gone", "disks: [{name: a, size: 1GiB, filesystem: {type: ext4}, target: /m}]", "{}", "", "disks[a]"},
		{"nvme disk gone", "disks: [{name: a, bus: nvme, size: 1GiB}]", "{}", "", "disks[a]"},
		{"disks replaced", "disks: [{name: a, size: 1GiB}, {name: b, size: 1GiB}]", "disks: [{name: c, size: 1GiB}, {name: b, size: 1GiB}]", "disks[a] disks[c]", ""},
		{"order of disks", "disks: [{name: a, size: 1GiB}, {name: b, size: 1GiB}]", "disks: [{name: b, size: 1GiB}, {name: a, size: 1GiB}]", "", "disks"},
		{"disk grows", "disks: [{name: a, size: 1GiB}]", "disks: [{name: a, size: 2GiB}]", "disks[a].size", ""},
		{"nvme disk grows", "disks: [{name: a, bus: nvme, size: 1GiB}]", "disks: [{name: a, bus: nvme, size: 2GiB}]", "", "disks[a].size"},
		{"throttle", "disks: [{name: a, size: 1GiB}]", "disks: [{name: a, size: 1GiB, throttle: {totalIopsSec: 5}}]", "disks[a].throttle", ""},
		{"nvme throttle", "disks: [{name: a, bus: nvme, size: 1GiB}]", "disks: [{name: a, bus: nvme, size: 1GiB, throttle: {totalIopsSec: 5}}]", "disks[a].throttle", ""},
		{"some of a disk", "disks: [{name: a, size: 1GiB}]", "disks: [{name: a, size: 2GiB, serial: x}]", "disks[a].size", "disks[a].serial"},

		{"first share", "{}", share, "", "shares[t]"},
		{"second share", share, "shares: [{tag: t, source: /s}, {tag: u, source: /u, target: /u}]", "shares[u]", "shares[u].target"},
		{"share with shared memory", "memoryBacking: {shared: true}", "{memoryBacking: {shared: true}, " + share + "}", "shares[t]", ""},
		{"share with memory that is not shared yet", "{}", "{memoryBacking: {shared: true}, " + share + "}", "", "memoryBacking.shared shares[t]"},
		{"share gone", share, "{}", "shares[t]", ""},
		{"mounted share gone", "shares: [{tag: t, source: /s, target: /m}]", "{}", "", "shares[t]"},

		{"nic", "networks: []", "networks: [default]", "networks[default]", ""},
		{"second nic", "networks: [default]", "networks: [default, {network: default, name: two, model: e1000e}]", "networks[two]", ""},
		{"conventional nic", "networks: [default]", "networks: [default, {network: default, name: two, model: e1000}]", "", "networks[two]"},
		{"nic gone", "networks: [default]", "networks: []", "networks[default]", ""},
		{"nic moves", "networks: [{network: default, name: n}]", "networks: [{network: default, name: n, model: e1000e}]", "", "networks[n].model"},
		{"link", "networks: [default]", "networks: [{network: default, link: down}]", "networks[default].link", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			running, declared := liveSpec(t, tc.running), liveSpec(t, tc.declared)
			before := fmt.Sprintf("%+v", running)
			live := Live(running, declared)
			assert.Equal(t, fmt.Sprintf("%+v", running), before, "the running spec is left alone")

			var expected, left []string
			for _, c := range Compare(running, declared) {
				if c.Effect == EffectLive {
					expected = append(expected, c.Path)
				}
			}
			for _, c := range Compare(live, declared) {
				left = append(left, c.Path)
			}
			assert.Check(t, sameWords(expected, tc.live), "live: %v", expected)
			assert.Check(t, sameWords(left, tc.waits), "left: %v", left)
			assert.DeepEqual(t, Live(live, declared), live)
		})
	}
}

// liveSpec is a spec of a file, ready in one way whatever NICs it has.
func liveSpec(t *testing.T, body string) Guest {
	t.Helper()
	g := specOf(t, body)
	g.Ready = nil
	return g
}

// sameWords compares without the order.
func sameWords(got []string, want string) bool {
	count := map[string]int{}
	for _, w := range got {
		count[w]++
	}
	for _, w := range strings.Fields(want) {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestRulesNameFields: a rule for a key that there is not would never be used.
func TestRulesNameFields(t *testing.T) {
	keys := map[string]bool{}
	for _, level := range levels {
		for _, key := range keysOf(level.of) {
			keys[level.of.Name()+"."+key] = true
		}
	}
	for name := range rules {
		known := keys[name] || keys["GuestDecl."+strings.TrimPrefix(name, "Guest.")] || keys["GuestDecl."+strings.TrimSuffix(name, "[]")]
		assert.Check(t, known, "%s", name)
	}
}
