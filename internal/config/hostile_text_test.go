// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// hostileTexts are what must not be taken for a name, a number or a word that
// reaches XML, a command line, a path or the guest's fstab.
var hostileTexts = []string{
	"", " ", "a b", "a\tb", "a\nb", "a\x00b", "a\x1bb", "a\u0085b", "\u202e", "é",
	"-a", "--a", "a,b=c", "a=b", "a;b", "a|b", "$(a)", "`a`", "a'b", `a"b`, `a\b`,
	"</a>", "<a/>", "&a;", "]]>", "../a", "a/../b", "%s", "{guest}{x}",
}

// TestHostileTexts: a field that is a word takes no other text.
func TestHostileTexts(t *testing.T) {
	guest := func(body string) string { return head + "guests: {a: {" + body + "}}\n" }
	network := func(body string) string {
		return head + "networks: {lab: {" + body + "}}\nguests: {a: {networks: []}}\n"
	}
	disk := "disks: [{name: d, size: 1GiB}], "
	// %s is the text in quotes; takes are those of hostileTexts that the field has a use for.
	fields := []struct {
		name, yaml string
		takes      []string
	}{
		{name: "cpu model", yaml: guest("cpu: {model: %s}")},
		{name: "cpu feature", yaml: guest("cpu: {features: {%s: require}}")},
		{name: "cpu policy", yaml: guest("cpu: {features: {avx: %s}}")},
		{name: "numa CPUs", yaml: guest("numa: [{cpus: %s, memory: 2GiB}]")},
		{name: "numa distance", yaml: guest("numa: [{cpus: 0-1, memory: 2GiB, distances: {%s: 20}}]")},
		{name: "numa hostNodes", yaml: guest("numa: [{cpus: 0-1, memory: 2GiB, hostNodes: %s}]")},
		{name: "numatune nodeset", yaml: guest("numatune: {nodeset: %s}")},
		{name: "vcpupin key", yaml: guest("cputune: {vcpupin: {%s: '1'}}")},
		{name: "vcpupin", yaml: guest("cputune: {vcpupin: {0: %s}}")},
		{name: "emulatorpin", yaml: guest("cputune: {emulatorpin: %s}")},
		{name: "iothreadpin key", yaml: guest("iothreads: 1, cputune: {iothreadpin: {%s: '1'}}")},
		{name: "iothreadpin", yaml: guest("iothreads: 1, cputune: {iothreadpin: {1: %s}}")},
		{name: "machine", yaml: guest("machine: %s")},
		{name: "rng source", yaml: guest("rng: {source: %s}")},
		{name: "hostDevice name", yaml: guest("hostDevices: [{name: %s, pci: '0000:03:00.0'}]")},
		{name: "hostDevice address", yaml: guest("hostDevices: [{name: n, pci: %s}]")},
		{name: "network ipv4", yaml: network("ipv4: %s")},
		{name: "network ipv6", yaml: network("ipv6: %s")},
		{name: "network domain", yaml: network("domain: %s")},
		{name: "network dev", yaml: network("mode: macvtap, dev: %s")},
		{name: "network bridge", yaml: network("mode: bridge, bridge: %s")},
		{name: "NIC name", yaml: guest("networks: [{network: default, name: %s}]")},
		{name: "NIC mac", yaml: guest("networks: [{network: default, mac: %s}]")},
		{name: "NIC address", yaml: head + "networks: {lab: {ipv4: 10.47.0.0/24}}\nguests: {a: {networks: [{network: lab, address: %s}]}}\n"},
		{name: "NIC address6", yaml: head + "networks: {lab: {ipv6: 'fd00:47::/64'}}\nguests: {a: {networks: [{network: lab, address6: %s}]}}\n"},
		{name: "forward address", yaml: head + "networks: {lab: {mode: user}}\nguests: {a: {networks: [{network: lab, forwards: [{host: 1, guest: 22, address: %s}]}]}}\n"},
		{name: "share tag", yaml: guest("shares: [{tag: %s, source: /s}]"), takes: []string{"-a", "--a", "a=b", "a;b", "a|b", "$(a)", "`a`", "</a>", "<a/>", "&a;", "]]>", "../a", "a/../b", "%s", "{guest}{x}"}},
		{name: "override alias", yaml: guest("qemu: {override: {%s: {x: 1}}}"), takes: []string{"-a", "--a"}},
		{name: "override property", yaml: guest(disk + "qemu: {override: {ua-d: {%s: 1}}}")},
		{name: "trace", yaml: guest("qemu: {trace: [%s]}"), takes: []string{"-a"}},
		{name: "log", yaml: guest("qemu: {log: [%s]}")},
		{name: "merge", yaml: guest("xml: {merge: %s}")},
	}
	for _, f := range fields {
		t.Run(f.name, func(t *testing.T) {
			var taken []string
			for _, text := range hostileTexts {
				if _, err := Parse([]byte(fmt.Sprintf(f.yaml, inQuotes(t, text))), testEnvironment); err == nil {
					taken = append(taken, text)
				}
			}
			assert.DeepEqual(t, taken, f.takes)
		})
	}
}

// TestHostilePaths: a path is one whatever it is called, and a line of text is
// one line: neither holds a control character, and a path is absolute.
func TestHostilePaths(t *testing.T) {
	fields := []struct {
		name, yaml string
		value      func(Guest) string
		free       bool // no path but any line
	}{
		{name: "firmware loader", yaml: "firmware: {type: efi, loader: %s, template: /t}", value: func(g Guest) string { return g.Firmware.Loader }},
		{name: "firmware template", yaml: "firmware: {type: efi, loader: /l, template: %s}", value: func(g Guest) string { return g.Firmware.Template }},
		{name: "gdb socket", yaml: "gdb: {socket: %s}", value: func(g Guest) string { return g.GDB.Socket }},
		{name: "share source", yaml: "shares: [{tag: t, source: %s}]", value: func(g Guest) string { return g.Shares[0].Source }},
		{name: "share binary", yaml: "shares: [{tag: t, source: /s, binary: %s}]", value: func(g Guest) string { return g.Shares[0].Binary }},
		{name: "argument of QEMU", yaml: "qemu: {args: [%s]}", value: func(g Guest) string { return g.QEMU.Args[0] }, free: true},
		{name: "property of QEMU", yaml: "qemu: {override: {net0: {x: %s}}}", value: func(g Guest) string { return g.QEMU.Override["net0"]["x"].Value }, free: true},
	}
	for _, f := range fields {
		t.Run(f.name, func(t *testing.T) {
			taken := 0
			for _, text := range hostileTexts {
				file, err := Parse([]byte(head+"guests: {a: {"+fmt.Sprintf(f.yaml, inQuotes(t, text))+"}}\n"), testEnvironment)
				if err != nil {
					continue
				}
				taken++
				value := f.value(file.Guests[0])
				assert.Assert(t, !strings.ContainsAny(value, "\x00\n\t\x1b\u0085"), "%q", value)
				if f.free {
					assert.Equal(t, value, text)
				} else {
					assert.Assert(t, strings.HasPrefix(value, "/") && !strings.Contains(value, "/../"), "%q", value)
				}
			}
			assert.Assert(t, taken > 10, "only %d of %d are taken", taken, len(hostileTexts))
		})
	}
}

// inQuotes is a text as YAML's double quotes hold it, which are JSON's.
func inQuotes(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	assert.NilError(t, err)
	return string(quoted)
}
