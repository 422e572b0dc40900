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

// Compare lists what differs between the spec that a guest has and the declared
// one, field by field in the order of the type, list items matched by name
// (disks, NICs, devices of the host) or tag (shares). Effects come from the
// `effect` tags and, where a bus or a direction decides, from the rules.
func Compare(applied, declared Guest) []Change {
	return comparing{applied, declared}.fields("", "", reflect.ValueOf(applied), reflect.ValueOf(declared))
}

// comparing is the two specs that are compared.
type comparing struct{ applied, declared Guest }

// fields lists the fields of two structs that differ; item is the name of the
// list item that they are, if they are one. A field without an effect is what
// the struct is matched by (a name, a tag).
func (c comparing) fields(path, item string, applied, declared reflect.Value) []Change {
	var changes []Change
	for i := range applied.NumField() {
		f := applied.Type().Field(i)
		at := join(path, jsonName(f))
		old, new := applied.Field(i), declared.Field(i)
		switch {
		case f.Type == reflect.TypeFor[[]Disk]():
			changes = append(changes, compareDisks(c, old.Interface().([]Disk), new.Interface().([]Disk))...)
		case f.Type == reflect.TypeFor[[]Share]():
			changes = append(changes, compareShares(c, old.Interface().([]Share), new.Interface().([]Share))...)
		case f.Type == reflect.TypeFor[[]NIC]():
			changes = append(changes, compareNICs(c, old.Interface().([]NIC), new.Interface().([]NIC))...)
		case f.Type == reflect.TypeFor[[]HostDevice]():
			changes = append(changes, compareHostDevices(c, old.Interface().([]HostDevice), new.Interface().([]HostDevice))...)
		case f.Type == reflect.TypeFor[Root]():
			changes = append(changes, c.fields(at, "", old, new)...)
		case f.Type.Kind() == reflect.Pointer && f.Tag.Get("effect") == "":
			changes = append(changes, c.parts(at, old, new)...)
		case f.Tag.Get("effect") == "":
		case words(old) != words(new):
			changes = append(changes, Change{at, words(old), words(new), c.effect(applied.Type(), f, item)})
		}
	}
	return changes
}

// jsonName is a field's key in the mark.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// parts compares what may be absent field by field; where only its presence
// differs, that is the change.
func (c comparing) parts(path string, old, new reflect.Value) []Change {
	zero := reflect.New(old.Type().Elem()).Elem()
	part := func(v reflect.Value) reflect.Value {
		if v.IsNil() {
			return zero
		}
		return v.Elem()
	}
	changes := c.fields(path, "", part(old), part(new))
	if len(changes) == 0 && old.IsNil() != new.IsNil() {
		changes = append(changes, Change{path, words(old), words(new), EffectNextBoot})
	}
	return changes
}

// effect is the effect of a changed field: what its rule says, else its tag.
func (c comparing) effect(of reflect.Type, f reflect.StructField, item string) Effect {
	if r, ok := rules[of.Name()+"."+jsonName(f)]; ok {
		return r.effect(c, item)
	}
	return Effect(f.Tag.Get("effect"))
}
