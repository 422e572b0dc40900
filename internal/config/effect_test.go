// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestCompare(t *testing.T) {
	const two = "disks: [{name: a, size: 4GiB}, {name: b, bus: nvme, size: 20GiB}]"
	cases := []struct{ name, applied, declared, want string }{
		{"nothing", two, two, ""},
		{"default said outright", "{}", "{cpus: 2, memory: 2048MiB, networks: [default], ready: [ssh]}", ""},
		{"disk's default said outright", "disks: [{name: a, size: 4GiB}]",
			"disks: [{name: a, size: 4096MiB, bus: virtio, format: qcow2, serial: a, cache: default, discard: unmap, persist: true}]", ""},
		{"memory", "memory: 2GiB", "memory: 4GiB", "memory: 2GiB -> 4GiB (next boot)"},
		{"order of the type", "{}", "{stopTimeout: 90s, autostart: true, cmdline: quiet, kernel: /k, accelerator: tcg, cpus: 4}",
			"cpus: 2 -> 4 (next boot)\naccelerator:  -> tcg (next boot)\nkernel:  -> /k (next boot)\n" +
				"cmdline:  -> quiet (next boot)\nautostart: false -> true (live)\nstopTimeout: 1m -> 1m30s (none)"},
		{"root", "{}", "root: {size: 40GiB}", "root.size:  -> 40GiB (recycle)"},
		{"networks", "{}", "networks: []", "networks[default]: default ->  (live)\nready: [ssh] -> [running] (none)"},
		{"ready", "{}", "ready: [agent, {command: [test, -e, /x]}]", "ready: [ssh] -> [agent, {command: [test, -e, /x]}] (none)"},
		{"recycle", two, "{" + two + ", recycle: {disks: [a]}}", "recycle: {} -> {disks: [a]} (none)"},
		{"disk added", "{}", "disks: [{name: scratch, bus: nvme, size: 20GiB}]", "disks[scratch]:  -> nvme 20GiB (next boot)"},
		{"disk removed", two, "disks: [{name: a, size: 4GiB}]", "disks[b]: nvme 20GiB ->  (next boot)"},
		{"disks of an image and by path", "{}", "disks: [{name: a, bus: sata, image: i}, {name: b, bus: scsi, path: /dev/sdb}]",
			"disks[a]:  -> sata image i (next boot)\ndisks[b]:  -> scsi /dev/sdb (next boot)"},
		{"a 0 that is said", "{disks: [], shares: [{tag: t, source: /s}]}", "{rootPorts: 0, shares: [{tag: t, source: /s, threadPool: 0}]}",
			"shares[t].threadPool:  -> 0 (next boot)\nrootPorts:  -> 0 (next boot)"},
		{"text of digits", "{disks: [{name: a, size: 1GiB}], qemu: {override: {ua-a: {x: 1}}}}", "{disks: [{name: a, size: 1GiB}], qemu: {override: {ua-a: {x: '1'}}}}",
			"qemu.override: {ua-a: {x: 1}} -> {ua-a: {x: \"1\"}} (next boot)"},
		{"counted disks that recycle renews", "disks: [{name: a, size: 4GiB, count: 2}]", "{disks: [{name: a, size: 4GiB, count: 2}], recycle: {disks: [a]}}",
			"recycle: {} -> {disks: [a-1, a-2]} (none)"},
		{"disk replaced", "disks: [{name: a, size: 4GiB}]", "disks: [{name: b, size: 4GiB}]",
			"disks[b]:  -> virtio 4GiB (live)\ndisks[a]: virtio 4GiB ->  (live)"},
		{"disk grows", "disks: [{name: a, size: 4GiB}]", "disks: [{name: a, size: 8GiB}]", "disks[a].size: 4GiB -> 8GiB (live)"},
		{"disk shrinks", "disks: [{name: a, size: 4GiB}]", "disks: [{name: a, size: 2GiB}]", "disks[a].size: 4GiB -> 2GiB (recreate)"},
		{"disk's format", "disks: [{name: a, size: 4GiB}]", "disks: [{name: a, size: 4GiB, format: raw}]", "disks[a].format: qcow2 -> raw (recreate)"},
		{"disk's fields", "disks: [{name: a, size: 4GiB}]",
			"disks: [{name: a, size: 4GiB, bus: nvme, logicalBlockSize: 4096, persist: false, filesystem: {type: xfs, mkfsArgs: [-f]}, target: /m}]",
			"disks[a].bus: virtio -> nvme (next boot)\ndisks[a].logicalBlockSize:  -> 4096 (next boot)\n" +
				"disks[a].physicalBlockSize:  -> 4096 (next boot)\ndisks[a].filesystem:  -> {type: xfs, mkfsArgs: [-f]} (next boot)\n" +
				"disks[a].target:  -> /m (next boot)\ndisks[a].persist: true -> false (none)"},
		{"order of namespaces",
			"disks: [{name: a, bus: nvme, controller: c, size: 1GiB}, {name: b, bus: nvme, controller: c, size: 1GiB}]",
			"disks: [{name: b, bus: nvme, controller: c, size: 1GiB}, {name: a, bus: nvme, controller: c, size: 1GiB}]",
			"disks: [a, b] -> [b, a] (next boot)"},
		{"share added", "{}", "shares: [{tag: t, source: /s, target: /m, readOnly: true}]", "shares[t]:  -> /s on /m, read-only (next boot)"},
		{"share removed", "shares: [{tag: t, source: /s}]", "{}", "shares[t]: /s ->  (live)"},
		{"share's source", "shares: [{tag: t, source: /s}]", "shares: [{tag: t, source: /r}]", "shares[t].source: /s -> /r (next boot)"},
		{"counted", "count: 1", "count: 2", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			var lines []string
			for _, c := range Compare(specOf(t, tc.applied), specOf(t, tc.declared)) {
				lines = append(lines, fmt.Sprintf("%s: %s -> %s (%s)", c.Path, c.Old, c.New, c.Effect))
			}
			assert.Equal(t, strings.Join(lines, "\n"), tc.want)
		})
	}
}

// specOf is the first guest of a file that says body of it.
func specOf(t *testing.T, body string) Guest {
	t.Helper()
	return mustParse(t, head+"guests:\n  g:\n    "+body+"\n").Guests[0]
}

func TestCompareImage(t *testing.T) {
	changes := Compare(Guest{Image: "a", Family: "x"}, Guest{Image: "b", Family: "y"})
	assert.DeepEqual(t, changes, []Change{{"family", "x", "y", EffectNone}, {"image", "a", "b", EffectRecycle}})
}

// TestEveryFieldHasAnEffect: a new field cannot be forgotten.
func TestEveryFieldHasAnEffect(t *testing.T) {
	effects := []Effect{EffectNone, EffectLive, EffectNextBoot, EffectRecycle, EffectRecreate}
	// What lists are matched by.
	without := []string{"Guest.Name", "Disk.Name", "Share.Tag", "NIC.Name", "HostDevice.Name"}
	compared := []reflect.Type{reflect.TypeFor[Guest](), reflect.TypeFor[Root]()}
	for n := 0; n < len(compared); n++ {
		of := compared[n]
		for i := range of.NumField() {
			name := of.Name() + "." + of.Field(i).Name
			effect := of.Field(i).Tag.Get("effect")
			part := elem(of.Field(i).Type)
			if effect == "" && part.Kind() == reflect.Struct {
				// Compared by its own fields, in a list item by item.
				compared = append(compared, part)
				continue
			}
			if slices.Contains(without, name) {
				assert.Check(t, effect == "", "%s", name)
				continue
			}
			assert.Check(t, slices.Contains(effects, Effect(effect)), "%s: %q", name, effect)
		}
	}
}

// TestCompareSeesEveryField changes each field of a spec alone.
func TestCompareSeesEveryField(t *testing.T) {
	unchanged := []string{"Name"}
	full := func() Guest {
		return Guest{Disks: []Disk{{Name: "d"}}, Shares: []Share{{Tag: "t"}}, Networks: []NIC{{Name: "n"}}, HostDevices: []HostDevice{{Name: "h"}}}
	}
	check := func(name string, of func(*Guest) reflect.Value) {
		for i := range of(new(full())).NumField() {
			changed := full()
			field := of(&changed).Type().Field(i)
			fill(of(&changed).Field(i))
			seen := len(Compare(full(), changed)) > 0
			assert.Check(t, seen != slices.Contains(unchanged, name+field.Name), "%s%s", name, field.Name)
		}
	}
	check("", func(g *Guest) reflect.Value { return reflect.ValueOf(g).Elem() })
	check("Disk.", func(g *Guest) reflect.Value { return reflect.ValueOf(&g.Disks[0]).Elem() })
	check("Share.", func(g *Guest) reflect.Value { return reflect.ValueOf(&g.Shares[0]).Elem() })
	check("NIC.", func(g *Guest) reflect.Value { return reflect.ValueOf(&g.Networks[0]).Elem() })
	check("HostDevice.", func(g *Guest) reflect.Value { return reflect.ValueOf(&g.HostDevices[0]).Elem() })
	check("Root.", func(g *Guest) reflect.Value { return reflect.ValueOf(&g.Root).Elem() })
	check("Recycle.", func(g *Guest) reflect.Value { return reflect.ValueOf(&g.Recycle).Elem() })
}

// fill gives a value of any type of the vocabulary something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("filled")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	}
}
