// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strings"
)

// field is one key of a struct of the vocabulary, read from its tags.
type field struct {
	name     string
	index    int
	required bool
	enum     []string
}

// fieldsOf are the keys of a struct type, in the order of the type.
func fieldsOf(t reflect.Type) []field {
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		f := field{name: name, index: i}
		for rule := range strings.SplitSeq(t.Field(i).Tag.Get("jsonschema"), ",") {
			if rule == "required" {
				f.required = true
			}
			if choice, ok := strings.CutPrefix(rule, "enum="); ok {
				f.enum = append(f.enum, choice)
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// keysOf are the names of the keys of a struct type.
func keysOf(t reflect.Type) []string {
	var names []string
	for _, f := range fieldsOf(t) {
		names = append(names, f.name)
	}
	return names
}

// levels are the structs of the vocabulary in words, to say where a key that
// stands at the wrong place belongs.
var levels = []struct {
	words string
	of    reflect.Type
}{
	{"the top level", reflect.TypeFor[Document]()},
	{"ssh", reflect.TypeFor[SSH]()},
	{"an image", reflect.TypeFor[Image]()},
	{"a network", reflect.TypeFor[Network]()},
	{"a guest", reflect.TypeFor[GuestDecl]()},
	{"root", reflect.TypeFor[Root]()},
	{"a disk", reflect.TypeFor[Disk]()},
	{"filesystem", reflect.TypeFor[Filesystem]()},
	{"a share", reflect.TypeFor[Share]()},
	{"recycle", reflect.TypeFor[Recycle]()},
}
