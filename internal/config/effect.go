// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strings"
)

// Change is one field of a guest that differs between two specs.
type Change struct {
	// Path is the field, such as memory or disks[scratch].size.
	Path string
	// Old and New are the values in words as the file would write them; empty
	// where the thing is absent on that side.
	Old, New string
	Effect   Effect
}

// Compare lists what differs between the applied and the declared spec of a
// guest, field by field in the order of the type, list items matched by name
// (disks) or tag (shares). Effects come from the `effect` tags; where an
// effect depends on the direction (a disk that grows) a function decides.
func Compare(applied, declared Guest) []Change {
	return compareFields("", reflect.ValueOf(applied), reflect.ValueOf(declared))
}

// compareFields lists the fields of two structs that differ. A field without
// an effect is what the struct is matched by (a name, a tag).
func compareFields(path string, applied, declared reflect.Value) []Change {
	var changes []Change
	for i := range applied.NumField() {
		f := applied.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		at := join(path, name)
		old, new := applied.Field(i), declared.Field(i)
		switch {
		case f.Type == reflect.TypeFor[[]Disk]():
			changes = append(changes, compareDisks(old.Interface().([]Disk), new.Interface().([]Disk))...)
		case f.Type == reflect.TypeFor[[]Share]():
			changes = append(changes, compareShares(old.Interface().([]Share), new.Interface().([]Share))...)
		case f.Type == reflect.TypeFor[[]NIC]():
			changes = append(changes, compareNICs(old.Interface().([]NIC), new.Interface().([]NIC))...)
		case f.Type == reflect.TypeFor[[]HostDevice]():
			changes = append(changes, compareHostDevices(old.Interface().([]HostDevice), new.Interface().([]HostDevice))...)
		case f.Type == reflect.TypeFor[Root]():
			changes = append(changes, compareFields(at, old, new)...)
		case f.Type.Kind() == reflect.Pointer && f.Tag.Get("effect") == "":
			changes = append(changes, compareParts(at, old, new)...)
		case f.Tag.Get("effect") == "":
		case words(old) != words(new):
			changes = append(changes, Change{at, words(old), words(new), effectOf(f, old, new)})
		}
	}
	return changes
}

// compareParts compares what may be absent field by field; where only its
// presence differs, that is the change.
func compareParts(path string, old, new reflect.Value) []Change {
	zero := reflect.New(old.Type().Elem()).Elem()
	part := func(v reflect.Value) reflect.Value {
		if v.IsNil() {
			return zero
		}
		return v.Elem()
	}
	changes := compareFields(path, part(old), part(new))
	if len(changes) == 0 && old.IsNil() != new.IsNil() {
		changes = append(changes, Change{path, words(old), words(new), EffectNextBoot})
	}
	return changes
}

// effectOf is the effect of a changed field: its tag, but where the direction decides.
func effectOf(f reflect.StructField, old, new reflect.Value) Effect {
	effect := Effect(f.Tag.Get("effect"))
	if effect == EffectRecreate && f.Type == reflect.TypeFor[Size]() && new.Uint() > old.Uint() {
		// A volume that grows keeps its content; QEMU sees the size when it starts.
		return EffectNextBoot
	}
	return effect
}
