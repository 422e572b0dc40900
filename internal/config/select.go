// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strings"
)

// SelectionError is a choice of guests that there is not: a fault of the
// command line.
type SelectionError struct{ Reason string }

func (e *SelectionError) Error() string { return e.Reason }

// Select is the guests that are meant by names, each the name of a guest or of
// a family (all guests of a count): once each, in the order of the file. No
// names mean all. An unknown name is a *SelectionError that suggests the nearest.
func (f *File) Select(names []string) ([]Guest, error) {
	if len(names) == 0 {
		return f.Guests, nil
	}
	known := f.selectable()
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, unknownGuest(name, known)
		}
	}
	var selected []Guest
	for _, g := range f.Guests {
		if slices.Contains(names, g.Name) || slices.Contains(names, g.Family) {
			selected = append(selected, g)
		}
	}
	return selected, nil
}

// selectable are the names of families and guests, once each.
func (f *File) selectable() []string {
	var names []string
	for _, g := range f.Guests {
		for _, name := range []string{g.Family, g.Name} {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func unknownGuest(name string, known []string) error {
	hint := didYouMean(name, known)
	if hint == "" {
		hint = "; the file has " + strings.Join(known, ", ")
	}
	return &SelectionError{fmt.Sprintf("find guest %s: not in the configuration%s", quote(name), hint)}
}

// Disk is the data disk of a name; ok is false where the guest has none.
func (g Guest) Disk(name string) (disk Disk, ok bool) {
	i := slices.IndexFunc(g.Disks, func(d Disk) bool { return d.Name == name })
	if i < 0 {
		return Disk{}, false
	}
	return g.Disks[i], true
}
