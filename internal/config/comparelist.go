// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
	"strings"
)

func compareDisks(c comparing, applied, declared []Disk) []Change {
	return compareList(c, "disks", applied, declared, diskName, diskWords)
}

func compareShares(c comparing, applied, declared []Share) []Change {
	return compareList(c, "shares", applied, declared, shareTag, shareWords)
}

func compareNICs(c comparing, applied, declared []NIC) []Change {
	return compareList(c, "networks", applied, declared, nicName, func(n NIC) string { return n.Network })
}

func compareHostDevices(c comparing, applied, declared []HostDevice) []Change {
	return compareList(c, "hostDevices", applied, declared, func(h HostDevice) string { return h.Name }, func(h HostDevice) string { return h.PCI })
}

// What the items of a list are matched by.
func diskName(d Disk) string  { return d.Name }
func shareTag(s Share) string { return s.Tag }
func nicName(n NIC) string    { return n.Name }

// compareList lists what differs between two lists whose items have a name:
// items that are new or differ in the order declared, those that are gone, and
// the order of those in both, which decides device names and namespace ids.
func compareList[T any](c comparing, path string, applied, declared []T, name func(T) string, words func(T) string) []Change {
	find := func(list []T, item T) int {
		return slices.IndexFunc(list, func(other T) bool { return name(other) == name(item) })
	}
	effect := func(item T) Effect {
		if r, ok := rules[path+"[]"]; ok {
			return r.effect(c, name(item))
		}
		return EffectNextBoot
	}
	var changes []Change
	var oldOrder, newOrder []string
	for _, item := range declared {
		at := path + "[" + name(item) + "]"
		i := find(applied, item)
		if i < 0 {
			changes = append(changes, Change{Path: at, New: words(item), Effect: effect(item)})
			continue
		}
		newOrder = append(newOrder, name(item))
		changes = append(changes, c.fields(at, name(item), reflect.ValueOf(applied[i]), reflect.ValueOf(item))...)
	}
	for _, item := range applied {
		if find(declared, item) < 0 {
			changes = append(changes, Change{Path: path + "[" + name(item) + "]", Old: words(item), Effect: effect(item)})
			continue
		}
		oldOrder = append(oldOrder, name(item))
	}
	if !slices.Equal(oldOrder, newOrder) {
		changes = append(changes, Change{path, flow(oldOrder), flow(newOrder), EffectNextBoot})
	}
	return changes
}

// diskWords is a disk in few words: nvme 20GiB, sata image debian, scsi /dev/sdb.
func diskWords(d Disk) string {
	words := []string{string(d.Bus)}
	if d.Size > 0 {
		words = append(words, d.Size.String())
	}
	if d.Image != "" {
		words = append(words, "image", d.Image)
	}
	if d.Path != "" {
		words = append(words, d.Path)
	}
	return strings.Join(words, " ")
}

// shareWords is a share in few words: /srv/results on /data/results, read-only.
func shareWords(s Share) string {
	words := s.Source
	if s.Target != "" {
		words += " on " + s.Target
	}
	if s.ReadOnly {
		words += ", read-only"
	}
	return words
}

// flow is a list as YAML writes it in one line.
func flow(words []string) string { return "[" + strings.Join(words, ", ") + "]" }
