// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"slices"
	"strings"
)

// Difference says in words for a person what differs between two inactive XMLs
// of one domain as libvirt gave them back, going from a to b: "memory: 524288
// -> 1048576 KiB", "disk log (vdb) removed". Metadata is not looked at. It is empty
// where nothing differs; XML that cannot be read is a difference of its own.
func Difference(a, b string) []string {
	before, errA := parseDomain(a)
	after, errB := parseDomain(b)
	if errA != nil || errB != nil {
		if a == b {
			return nil
		}
		return []string{"the definition cannot be read"}
	}
	changes := compare(parts(before), parts(after))
	return withoutPorts(changes)
}

// part is what is compared as one thing: a device, or an element beside the devices.
type part struct {
	label   string
	element element
}

// parts are the domain's own attributes, its elements and its devices, each
// under a label of its own. Metadata is left out.
func parts(domain element) []part {
	out := []part{{"domain", element{XMLName: domain.XMLName, Attrs: domain.Attrs}}}
	labels := counter{}
	for _, e := range domain.Children {
		switch e.name() {
		case "metadata":
		case "devices":
			for _, device := range e.Children {
				out = append(out, part{labels.unique(deviceLabel(device)), withoutProfile(device)})
			}
		default:
			out = append(out, part{labels.unique(e.name()), e})
		}
	}
	return out
}

// deviceLabel names a device by what its users know it by, so that it is found
// again when others come and go before it.
func deviceLabel(e element) string {
	switch e.name() {
	case "disk":
		return "disk " + diskLabel(e)
	case "interface":
		return "interface " + e.child("mac").attr("address")
	case "filesystem":
		return "filesystem " + e.child("target").attr("dir")
	case "channel":
		return "channel " + e.child("target").attr("name")
	case "controller":
		return fmt.Sprintf("controller %s %s", e.attr("type"), e.attr("index"))
	}
	return e.name()
}

// diskLabel is the target, behind the name that vmprov gave the disk: in the
// guest an NVMe disk has nothing of its target.
func diskLabel(e element) string {
	dev := e.child("target").attr("dev")
	if name, ours := strings.CutPrefix(e.child("alias").attr("name"), "ua-"); ours {
		return fmt.Sprintf("%s (%s)", name, dev)
	}
	return dev
}

// compare lists what changed or went in the order of a, then what came.
func compare(a, b []part) []string {
	var out []string
	after := map[string]element{}
	for _, p := range b {
		after[p.label] = p.element
	}
	before := map[string]bool{}
	for _, p := range a {
		before[p.label] = true
		e, ok := after[p.label]
		if !ok {
			out = append(out, p.label+" removed")
			continue
		}
		out = append(out, compareLeaves(p.label, p.element.leaves(), e.leaves())...)
	}
	for _, p := range b {
		if !before[p.label] {
			out = append(out, p.label+" added")
		}
	}
	return out
}

func compareLeaves(label string, a, b []leaf) []string {
	var out []string
	after := map[string]string{}
	for _, l := range b {
		after[l.path] = l.value
	}
	before := map[string]bool{}
	for _, l := range a {
		before[l.path] = true
		value, ok := after[l.path]
		if !ok {
			out = append(out, change(label, l.path, l.value, "unset"))
		} else if value != l.value {
			out = append(out, change(label, l.path, l.value, value))
		}
	}
	for _, l := range b {
		if !before[l.path] {
			out = append(out, change(label, l.path, "unset", l.value))
		}
	}
	return out
}

// change is one line; a unit that both sides have is said once.
func change(label, path, from, to string) string {
	if path != "" {
		label += ": " + path
	}
	if value, unit, ok := strings.Cut(from, " "); ok && strings.Count(from, " ") == 1 && strings.HasSuffix(to, " "+unit) {
		from = value
	}
	return fmt.Sprintf("%s: %s -> %s", label, from, to)
}

// withoutPorts drops the root ports that come and go with other devices, for
// they are libvirt's doing, unless nothing else changed.
func withoutPorts(changes []string) []string {
	rest := slices.DeleteFunc(slices.Clone(changes), func(c string) bool {
		return strings.HasPrefix(c, "controller pci ")
	})
	if len(rest) == 0 {
		return changes
	}
	return rest
}
