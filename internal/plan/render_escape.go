// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"maps"
	"slices"
	"strings"

	"vmprov/domain"
	"vmprov/internal/config"
)

// escape is what reaches QEMU and the domain XML past the vocabulary.
func (r rendering) escape() domain.Escape {
	out := domain.Escape{}
	if q := r.spec.QEMU; q != nil {
		out.Args, out.Trace, out.Log = q.Args, q.Trace, q.Log
		out.Override = overrides(q.Override)
	}
	if x := r.spec.XML; x != nil {
		out.Merge = string(x.Merge)
	}
	return out
}

// overrides lists the properties of each device in the order of their names.
func overrides(wanted map[string]map[string]config.Property) map[string][]domain.Property {
	out := make(map[string][]domain.Property, len(wanted))
	for alias, properties := range wanted {
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			p := properties[name]
			out[alias] = append(out[alias], domain.Property{Name: name, Type: p.Type, Value: p.Value})
		}
	}
	return out
}

// escapeHatches says which of a guest's keys reach past what vmprov answers
// for; empty where none does.
func escapeHatches(g config.Guest) string {
	var used []string
	if g.QEMU != nil && len(g.QEMU.Args) > 0 {
		used = append(used, "qemu.args")
	}
	if g.QEMU != nil && len(g.QEMU.Override) > 0 {
		used = append(used, "qemu.override")
	}
	if g.XML != nil && g.XML.Merge != "" {
		used = append(used, "xml.merge")
	}
	return strings.Join(used, ", ")
}
