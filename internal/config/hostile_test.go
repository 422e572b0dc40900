// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// TestHostile: root's cron may read the configuration of anyone, so none may
// cost much memory or time. Each of these takes far less than the bound; the
// bound only tells the linear from the explosive.
func TestHostile(t *testing.T) {
	deep := func(unit string) string { return strings.Repeat(unit, 10_000) }
	fill := func(unit string) string { return strings.Repeat(unit, maxBytes/len(unit)-2) }
	var merges strings.Builder
	merges.WriteString(head + "defaults: &m0 {cpus: 2}\nguests:\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&merges, "  g%d: &m%d {<<: [%s]}\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*m%d, ", i-1), 9), ", "))
	}
	inherit := head + "defaults: {ready: [" + strings.TrimSuffix(strings.Repeat("ssh, ", 5000), ", ") + "]}\nguests:\n"
	for i := range 4000 {
		inherit += fmt.Sprintf("  g%d: {}\n", i)
	}
	// pass is a default that guests inherit: n items of a list or mapping.
	pass := func(n, guests int, form, item string) string {
		list := strings.TrimSuffix(strings.ReplaceAll(lines(n, item+", "), "\n", ""), ", ")
		return head + "defaults: {" + fmt.Sprintf(form, list) + "}\nguests:\n" + lines(guests, "  g%d: {}\n")
	}
	cases := []struct{ name, yaml, want string }{
		{"too large", strings.Repeat("#", maxBytes+1), "vmprov.yaml: must be at most 256KiB"},
		{"brackets", deep("["), "vmprov.yaml:1:32: must be nested at most 32 levels deep"},
		{"braces", deep("{a: "), "vmprov.yaml:1:63: must be nested at most 32 levels deep"},
		{"compact lists", deep("- "), "vmprov.yaml:1:65: must be nested at most 32 levels deep"},
		{"compact keys", deep("? "), "vmprov.yaml:1:65: must be nested at most 32 levels deep"},
		{"tags", deep("!a "), "vmprov.yaml:1:65: must be nested at most 32 levels deep"},
		{"anchors", deep("&a "), "vmprov.yaml:1:97: must be nested at most 32 levels deep"},
		{"colons", deep("a: "), "vmprov.yaml:1:95: must be nested at most 32 levels deep"},
		{"aliases", deep("*a "), "vmprov.yaml:1:4: cannot be read as YAML: value is not allowed in this context"},
		{"indentation", stairs(700), "vmprov.yaml:32:33: must be nested at most 32 levels deep"},
		{"one long word", fill("a"), "vmprov.yaml:1:1: must be a mapping, got `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`"},
		{"one long key", strings.Repeat("a", 200_000) + ": 1", "vmprov.yaml:1:1: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\": unknown key; known here: project, connection, pool, ssh, images, networks, defaults, guests"},
		{"one long quoted word", `"` + fill("a"), "vmprov.yaml:1:1: cannot be read as YAML: could not find end character of double-quoted text"},
		{"escapes", `"` + fill(`\n`) + `"`, "vmprov.yaml:1:1: must be a mapping, got \"\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n…\""},
		{"many lines of a literal", "a: |\n" + lines(30_000, "  %d\n"), "vmprov.yaml:1:1: a: unknown key; known here: project, connection, pool, ssh, images, networks, defaults, guests"},
		{"folded lines", "a: >\n" + fill("  b\n\n"), "vmprov.yaml:1:1: a: unknown key; known here: project, connection, pool, ssh, images, networks, defaults, guests"},
		{"many keys", fill("a: 1\n"), "vmprov.yaml:16667:4: must have at most 50000 words and signs"},
		{"many documents", fill("---\na\n"), "vmprov.yaml:50001:1: must have at most 50000 words and signs"},
		{"many comments", fill("#\n"), "vmprov.yaml:50001:1: must have at most 50000 words and signs"},
		{"many unknown keys", head + "guests:\n" + lines(4_000, "  g%d: {x: 1}\n"), "vmprov.yaml:4:8: guests.g0.x: unknown key; known here: " + guestKeys},
		{"many guests", head + "guests:\n" + lines(5_000, "  g%d:\n"), "vmprov.yaml:3:1: guests: must be at most 4096 in all, got 5000"},
		{"many items", head + "guests: {a: {networks: [" + strings.Repeat("a,", 20_000) + "]}}", "vmprov.yaml:3:25: guests.a.networks[0].network: must be a network of this file (default), got `a`"},
		{"many faults on one key", head + "guests: {a: {disks: [" + strings.Repeat("{},", 15_000) + "]}}", "vmprov.yaml:3:14: guests.a.disks: must be at most 1024 in all, got 15000"},
		{"many namespaces", head + "guests: {a: {disks: [" + lines(4, "{name: a%d, bus: nvme, size: 1GiB, count: 256, controller: c},") + "]}}", "vmprov.yaml:3:83: guests.a.disks[1]: must not be one of more than 256 namespaces of controller c"},
		{"a bomb of merge keys", merges.String(), "vmprov.yaml:1:1: must expand to at most 100000 values: too many aliases or merge keys"},
		{"a bomb of inherited lists", inherit, "vmprov.yaml:4:1: guests: must have at most 100000 disks, shares, networks and probes in all, got 20000000"},
		{"a bomb of inherited pins", pass(4000, 4000, "cpus: 4096, cputune: {vcpupin: {%s}}", "%d: '0-16383'"), "vmprov.yaml:4:1: guests: must have at most 100000 forwards, pins, NUMA nodes, arguments and other items in all, got 16000000"},
		{"many pins to all CPUs", pass(4000, 20, "cpus: 4095, maxCPUs: 2, cputune: {vcpupin: {%s}}", "%d: '0-16383'"), "vmprov.yaml:3:33: defaults.maxCPUs: must not be less than cpus 4095, got 2"},
		{"items of a flow collection", "[" + strings.Repeat("a: ,", 10_000), "vmprov.yaml:1:5: cannot be read as YAML: unexpected scalar value type"},
		{"one long set of CPUs", head + "guests: {a: {cputune: {emulatorpin: '" + strings.TrimSuffix(strings.Repeat("0-16383,", 30_000), ",") + "'}}}", "vmprov.yaml:3:37: guests.a.cputune.emulatorpin: must be CPUs of the host such as 2, 4-7 or 0-3,^2, at most 16383, got `0-16383,0-16383,0-16383,0-16383,0-16383,0-16383,0-16383,0-16383,0-16383,0-16383,…`"},
		{"many forwards of one port", pass(2000, 40, "networks: [{network: default, forwards: [%s]}]", "{host: 2222, guest: %d}"), "vmprov.yaml:3:42: defaults.networks[0].forwards: must only be given on a network of mode user, got mode nat"},
		{"XML that many inherit", head + "defaults: {xml: {merge: '<domain>" + strings.Repeat("<a/>", 45_000) + "</domain>'}}\nguests:\n" + lines(4_000, "  g%d: {cpus: 0}\n"), "vmprov.yaml:5:14: guests.g0.cpus: must be 1 to 4096, got 0"},
		{"deep XML", head + "guests: {a: {xml: {merge: '" + strings.Repeat("<domain>", 30_000) + "'}}}", "vmprov.yaml:3:27: guests.a.xml.merge: must be a <domain> element, got a mistake in its line 1: unexpected EOF"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			start := time.Now()
			_, err := Parse([]byte(tc.yaml), testEnvironment)
			assert.Assert(t, err != nil)
			first, _, _ := strings.Cut(err.Error(), "\n")
			assert.Equal(t, first, tc.want)
			assert.Assert(t, time.Since(start) < 20*time.Second)
		})
	}
}

// stairs is a mapping that goes one level deeper in each line.
func stairs(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// lines is a line n times, each with its number.
func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
