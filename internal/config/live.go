// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
	"strings"
)

// Live is the spec of a running guest after the live changes towards what is
// declared; all else stays as it runs. A disk or share that comes live is not
// mounted: the guest mounts what it is told of when it boots.
func Live(running, declared Guest) Guest {
	var paths []string
	for _, c := range Compare(running, declared) {
		if c.Effect == EffectLive {
			paths = append(paths, c.Path)
		}
	}
	return LiveOf(running, declared, paths)
}

// LiveOf is Live with the changes of these paths alone.
func LiveOf(running, declared Guest, paths []string) Guest {
	out := running
	// Items and parts are changed in place: they must not be those of running.
	out.Disks, out.Shares = slices.Clone(running.Disks), slices.Clone(running.Shares)
	out.Networks = slices.Clone(running.Networks)
	if running.CPUTune != nil {
		tune := *running.CPUTune
		out.CPUTune = &tune
	}
	for _, path := range paths {
		take(reflect.ValueOf(&out).Elem(), reflect.ValueOf(declared), path)
	}
	out.Disks = ordered(out.Disks, running.Disks, declared.Disks, diskName)
	out.Shares = ordered(out.Shares, running.Shares, declared.Shares, shareTag)
	out.Networks = ordered(out.Networks, running.Networks, declared.Networks, nicName)
	return canonical(out)
}

// take sets what a path of Compare names, such as disks[scratch].size, to what
// it is in another spec.
func take(into, from reflect.Value, path string) {
	key, rest, nested := strings.Cut(path, ".")
	key, item, listed := strings.Cut(strings.TrimSuffix(key, "]"), "[")
	into, from = keyed(into, key), keyed(from, key)
	switch {
	case listed:
		takeItem(into, from, item, rest)
	case !nested:
		into.Set(from)
	case into.Kind() == reflect.Pointer:
		takePart(into, from, rest)
	default:
		take(into, from, rest)
	}
}

// takeItem takes a field of a list item or, without a rest of the path, the
// item itself: it is new there, or gone.
func takeItem(into, from reflect.Value, name, rest string) {
	i, j := indexNamed(into, name), indexNamed(from, name)
	switch {
	case rest != "":
		take(into.Index(i), from.Index(j), rest)
	case j >= 0:
		into.Set(reflect.Append(into, unmounted(from.Index(j))))
	default:
		into.Set(reflect.AppendSlice(into.Slice(0, i), into.Slice(i+1, into.Len())))
	}
}

// unmounted is a list item without its place in the guest.
func unmounted(v reflect.Value) reflect.Value {
	switch item := v.Interface().(type) {
	case Disk:
		item.Target, item.Filesystem = "", nil
		return reflect.ValueOf(item)
	case Share:
		item.Target = ""
		return reflect.ValueOf(item)
	}
	return v
}

// takePart takes a field of what may be absent on either side.
func takePart(into, from reflect.Value, rest string) {
	zero := reflect.New(into.Type().Elem())
	if into.IsNil() {
		into.Set(reflect.New(into.Type().Elem()))
	}
	if from.IsNil() {
		take(into.Elem(), zero.Elem(), rest)
		if into.Elem().IsZero() {
			into.SetZero()
		}
		return
	}
	take(into.Elem(), from.Elem(), rest)
}

// keyed is the field of a struct with that key.
func keyed(v reflect.Value, key string) reflect.Value {
	for i := range v.NumField() {
		if jsonName(v.Type().Field(i)) == key {
			return v.Field(i)
		}
	}
	panic("no key " + key + " in " + v.Type().Name()) // paths are of the same types
}

// indexNamed is the place of the item that Compare calls by that name; -1 for none.
func indexNamed(list reflect.Value, name string) int {
	for i := range list.Len() {
		switch item := list.Index(i).Interface().(type) {
		case Disk:
			if diskName(item) == name {
				return i
			}
		case Share:
			if shareTag(item) == name {
				return i
			}
		case NIC:
			if nicName(item) == name {
				return i
			}
		}
	}
	return -1
}

// ordered puts items that came live at the place that they are declared at, so
// that the order alone is not left as a difference; where the others change
// their order, that waits and so does all of it.
func ordered[T any](items, running, declared []T, name func(T) string) []T {
	place := func(list []T, item T) int {
		return slices.IndexFunc(list, func(other T) bool { return name(other) == name(item) })
	}
	last := -1
	for _, item := range running {
		i := place(declared, item)
		if i >= 0 && i < last {
			return items
		}
		last = max(last, i)
	}
	var out []T
	for _, item := range declared {
		if i := place(items, item); i >= 0 {
			out = append(out, items[i])
		}
	}
	for _, item := range items {
		if place(declared, item) < 0 {
			out = append(out, item)
		}
	}
	return out
}
