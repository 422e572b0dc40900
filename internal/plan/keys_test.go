// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/guest"
)

// ownKeys change what vmprov does, not what libvirt is told of a domain and its
// data disks.
var ownKeys = []string{
	"Disk.persist", "Recycle.disks", "Guest.recycle", // what a recycle renews
	"Guest.autostart", "GDB.wait", "Guest.stopTimeout", // calls for a domain
	"Guest.ready", "Guest.readyTimeout", "Probe.kind", "Probe.command",
	"Guest.root", "Root.size", // the overlay
	"Guest.hostKey", // a file that the mark names
	"Imageless.attribute", "Imageless.closure", "Imageless.cmdline", "Imageless.flake", "Imageless.initrd", "Imageless.kernel",
	"Imageless.modules",           // read on the host before: what is rendered is the boot that they give
	"NIC.address", "NIC.address6", // reservations of the network
	"Guest.family", "Share.create",
}

// notCompared are no keys that a guest may change.
var notCompared = []string{"Guest.name", "Property.type"}

// TestEveryKeyIsRendered takes each key of the vocabulary from a guest that has
// it, or gives it another value: what libvirt is told (the domain or a volume)
// must be another, and the comparison must say that the change has an effect.
func TestEveryKeyIsRendered(t *testing.T) {
	file, err := config.Load("../config/testdata/full.yaml")
	assert.NilError(t, err)
	rendered, seen := map[string]bool{}, map[string]bool{}
	for _, native := range []bool{true, false} {
		host := equipped()
		host.NativeNVMe = native
		images := map[string]image.Artifact{}
		for name := range file.Images {
			images[name] = built(name, 1)
		}
		d := NewDesired(file, host, images, SSH{User: "root", Key: guest.KeyPair{Authorized: "key-ada"}}, "machine", "v1")
		for _, g := range d.Declared {
			before := told(t, d, g)
			for _, key := range leaves(reflect.ValueOf(&g).Elem()) {
				seen[key.name] = true
				if !native && rendered[key.name] {
					continue
				}
				from, was := g, before
				for _, value := range key.others {
					to := with(t, g, key, value)
					is := told(t, d, to)
					if is != was {
						rendered[key.name] = true
						assert.Check(t, reaches(config.Compare(from, to)) || slices.Contains(notCompared, key.name), "%s of %s to %v: the plan has no change", key.name, g.Name, value)
					}
					from, was = to, is
				}
			}
		}
	}
	var lost []string
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if !rendered[name] {
			lost = append(lost, name)
		}
	}
	slices.Sort(ownKeys)
	assert.DeepEqual(t, lost, ownKeys)
}

// leaf is a key that has a value somewhere below a guest.
type leaf struct {
	name string // Disk.size
	path []any  // fields and items of mappings by key, items of lists by number
	// others are values in its place as JSON has them; nil for none.
	others []any
}

// leaves of a value: the keys of its structs.
func leaves(v reflect.Value) []leaf {
	var out []leaf
	below := func(step any, v reflect.Value) {
		for _, l := range leaves(v) {
			out = append(out, leaf{l.name, append([]any{step}, l.path...), l.others})
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return leaves(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			below(i, v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			below(key.String(), v.MapIndex(key))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				continue
			}
			if name := jsonKey(v.Type().Field(i)); name != "" {
				out = append(out, leaf{v.Type().Name() + "." + name, []any{name}, others(v.Type().Field(i), v.Field(i))})
				below(name, v.Field(i))
			}
		}
	}
	return out
}

func jsonKey(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// others are what a key may have in place of its value: nothing, and another
// value where nothing means the same.
func others(f reflect.StructField, v reflect.Value) []any {
	out := []any{nil}
	for rule := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
		if choice, ok := strings.CutPrefix(rule, "enum="); ok {
			out = append(out, choice)
		}
	}
	pointer := v.Kind() == reflect.Pointer
	v = reflect.Indirect(v)
	switch {
	case pointer && v.CanInt():
		out = append(out, 0)
	case v.Kind() == reflect.Bool:
		out = append(out, !v.Bool())
	case v.Type() == reflect.TypeFor[config.Duration]():
		out = append(out, "7s")
	case v.CanInt():
		out = append(out, v.Int()+1)
	case v.CanUint():
		out = append(out, 2*v.Uint())
	case v.Kind() == reflect.Map && v.Type().Elem().Kind() == reflect.String:
		out = append(out, map[string]string{"0": "disable"})
	case v.Kind() == reflect.String && len(out) == 1:
		out = append(out, v.String()+"1")
	}
	return out
}

// with is a copy of a guest in which a key has another value, nil for none.
func with(t *testing.T, g config.Guest, l leaf, value any) config.Guest {
	t.Helper()
	data, err := json.Marshal(g)
	assert.NilError(t, err)
	var tree any
	assert.NilError(t, json.Unmarshal(data, &tree))
	at := tree
	for _, step := range l.path[:len(l.path)-1] {
		switch step := step.(type) {
		case int:
			at = at.([]any)[step]
		case string:
			at = at.(map[string]any)[step]
		}
	}
	key := l.path[len(l.path)-1].(string)
	at.(map[string]any)[key] = value
	if value == nil {
		delete(at.(map[string]any), key)
	}
	data, err = json.Marshal(tree)
	assert.NilError(t, err)
	var out config.Guest
	assert.NilError(t, json.Unmarshal(data, &out))
	return out
}

// reaches says that some change is brought to the guest.
func reaches(changes []config.Change) bool {
	return slices.ContainsFunc(changes, func(c config.Change) bool { return c.Effect != config.EffectNone && c.Effect != "" })
}

// metadata is where the mark is.
var metadata = regexp.MustCompile(`(?s)<metadata>.*</metadata>`)

// told is what libvirt is told of a guest: its domain, less what the mark has
// of it, and its volumes. What cannot be rendered is told apart by its error.
func told(t *testing.T, d Desired, g config.Guest) string {
	t.Helper()
	b := newBuilder(d, Observed{Pool: emptyPool(), Networks: map[string]ObservedNetwork{}})
	b.resolvePool(true)
	b.resolveNetworks([]config.Guest{g})
	s := b.sequence(g)
	base, _ := d.base(g)
	m := s.newMark(base)
	volumes := s.diskVolumes(m, g)
	text, err := rendering{desired: d, spec: g, mark: m, pool: s.pool}.xml()
	return fmt.Sprint(metadata.ReplaceAllString(text, ""), err, volumes)
}
