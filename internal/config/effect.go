// SPDX-License-Identifier: Apache-2.0

package config

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
func Compare(applied, declared Guest) []Change { panic("unwritten") }
