// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"testing"

	"gotest.tools/v3/assert"
)

// TestParseFeatures shows what each way of writing means: part of the file as JSON.
func TestParseFeatures(t *testing.T) {
	pool := func(f *File) any { return f.Pool }
	flake := func(f *File) any { return f.Images["i"].Flake }
	networks := func(f *File) any { return f.Networks }
	first := func(of func(Guest) any) func(*File) any { return func(f *File) any { return of(f.Guests[0]) } }
	names := func(f *File) any {
		var names []string
		for _, g := range f.Guests {
			names = append(names, g.Family+":"+g.Name)
		}
		return names
	}
	disk := first(func(g Guest) any { return g.Disks[0] })
	image := func(flake string) string {
		return "project: p\nimages: {i: {flake: " + flake + "}}\nguests: {a: {}}\n"
	}
	guest := func(body string) string { return head + "guests:\n  a: {" + body + "}\n" }
	cases := []struct {
		name, yaml string
		part       func(*File) any
		want       string
	}{
		{"default pool", guest(""), pool, `{"name":"vmprov"}`},
		{"pool by name", head + "pool: fast\nguests: {a: }\n", pool, `{"name":"fast"}`},
		{"pool by name in a mapping", head + "pool: {name: fast}\nguests: {a: }\n", pool, `{"name":"fast"}`},
		{"pool by path", head + "pool: {path: ../pool/}\nguests: {a: }\n", pool, `{"path":"/srv/pool"}`},

		{"flake here", image("./"), flake, `"/srv/lab"`},
		{"flake as a dot", image("."), flake, `"/srv/lab"`},
		{"flake in a folder", image("./devel/"), flake, `"/srv/lab/devel"`},
		{"flake above", image("../devel"), flake, `"/srv/devel"`},
		{"flake by absolute path", image("/opt//devel"), flake, `"/opt/devel"`},
		{"flake at home", image("~/devel"), flake, `"/home/ada/devel"`},
		{"flake as path:", image("path:./devel"), flake, `"/srv/lab/devel"`},
		{"flake on GitHub", image("github:o/r/branch"), flake, `"github:o/r/branch"`},
		{"flake by ssh", image("git+ssh://git@host/r?ref=main"), flake, `"git+ssh://git@host/r?ref=main"`},

		{"default network", guest(""), networks, `{"default":{"mode":"nat"}}`},
		{"default mode", head + "networks: {lab: }\nguests: {a: }\n", networks, `{"lab":{"mode":"nat"}}`},
		{"only network taken", head + "networks: {lab: }\nguests: {a: }\n", first(func(g Guest) any { return g.Networks }), `[{"network":"lab","name":"lab"}]`},
		{"no network", guest("networks: []"), first(func(g Guest) any { return []any{g.Networks, g.Ready} }), `[[],[{"kind":"running"}]]`},
		{"agent without a network", guest("networks: [], ready: [agent]"), first(func(g Guest) any { return g.Ready }), `[{"kind":"agent"}]`},

		{"order of the file", head + "guests: {z: , b: {count: 2}, a: }\n", names, `["z:z","b:b-1","b:b-2","a:a"]`},
		{"count of one", guest("count: 1"), names, `["a:a-1"]`},
		{"guest called by a number", head + "guests: {1: , 02: }\n", names, `["1:1","02:02"]`},
		{"names in quotes", head + "guests: {'a': , \"b\": }\n", names, `["a:a","b:b"]`},

		{"lists replace those of defaults", head + "defaults: {disks: [{name: d, size: 1GiB}]}\nguests: {a: {disks: [{name: e, size: 2GiB}]}, b: , c: {disks: []}}\n",
			func(f *File) any {
				return []int{len(f.Guests[0].Disks), len(f.Guests[1].Disks), len(f.Guests[2].Disks)}
			}, `[1,1,0]`},
		{"false over a true default", head + "defaults: {autostart: true}\nguests: {a: {autostart: false}, b: }\n",
			func(f *File) any { return []bool{f.Guests[0].Autostart, f.Guests[1].Autostart} }, `[false,true]`},
		{"ready of defaults", head + "defaults: {ready: [agent]}\nguests: {a: }\n", first(func(g Guest) any { return g.Ready }), `[{"kind":"agent"}]`},

		{"sizes", guest("memory: 4294967296, root: {size: 1TiB}"), first(func(g Guest) any { return []Size{g.Memory, g.Root.Size} }), `[4294967296,1099511627776]`},
		{"size with underscores", guest("memory: 4_294_967_296"), first(func(g Guest) any { return g.Memory }), `4294967296`},
		{"disk in brief", guest("disks: [{name: d, size: 1GiB}]"), disk,
			`{"name":"d","bus":"virtio","size":1073741824,"format":"qcow2","serial":"d","discard":"unmap","persist":true}`},
		{"serial of a long name", guest("disks: [{name: a-name-too-long-for-a-serial, size: 1GiB, serial: short}]"),
			first(func(g Guest) any { return g.Disks[0].Serial }), `"short"`},
		{"namespaces of one controller", guest("disks: [{name: x, bus: nvme, size: 1GiB, controller: c}, {name: y, bus: nvme, size: 1GiB, controller: c}]"),
			first(func(g Guest) any { return []string{g.Disks[0].Serial, g.Disks[1].Serial} }), `["",""]`},
		{"io native with directsync", guest("disks: [{name: d, size: 1GiB, io: native, cache: directsync}]"), first(func(g Guest) any { return g.Disks[0].IO }), `"native"`},

		{"kernel with a folded command line", head + "guests:\n  a:\n    kernel: bzImage\n    cmdline: >-\n      console=ttyS0\n      quiet\n",
			first(func(g Guest) any { return []string{g.Kernel, g.Cmdline} }), `["/srv/lab/bzImage","console=ttyS0 quiet"]`},
		{"merge keys: own first, then the first named", head + "guests:\n  a: &a {cpus: 3, memory: 1GiB}\n  b: &b {cpus: 5, autostart: true}\n  c: {memory: 3GiB, <<: [*a, *b]}\n",
			func(f *File) any {
				g := f.Guests[2]
				return []any{g.CPUs, g.Memory, g.Autostart}
			}, `[3,3221225472,true]`},
		{"anchor said again", head + "guests:\n  a: {cpus: &n 3}\n  b: {cpus: *n}\n  c: {cpus: &n 5}\n  d: {cpus: *n}\n",
			func(f *File) any { return []int{f.Guests[1].CPUs, f.Guests[3].CPUs} }, `[3,5]`},
		{"a marked document", "%YAML 1.2\n---\n" + guest("") + "...\n", names, `["a:a"]`},
		{"lines of Windows", "project: p\r\nimages:\r\n  i: {file: /i}\r\nguests:\r\n  a:\r\n    cpus: 3\r\n  b:\r\n", names, `["a:a","b:b"]`},
		{"a byte order mark", "\ufeff" + guest(""), names, `["a:a"]`},
		{"comments", "# a\n" + head + "# b\nguests: # c\n  # d\n  a: {} # e\n# f\n", names, `["a:a"]`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			text, err := json.Marshal(tc.part(mustParse(t, tc.yaml)))
			assert.NilError(t, err)
			assert.Equal(t, string(text), tc.want)
		})
	}
}

// TestParseKeepsDefaultsApart: guests that inherit a disk do not share it.
func TestParseKeepsDefaultsApart(t *testing.T) {
	file := mustParse(t, head+"defaults: {disks: [{name: d, size: 1GiB}]}\nguests: {a: , b: {count: 2}}\n")
	file.Guests[1].Disks[0].Serial = "changed"
	assert.Equal(t, file.Guests[0].Disks[0].Serial, "d")
	assert.Equal(t, file.Guests[2].Disks[0].Serial, "d")
}
