// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strconv"
	"strings"
)

// field is one key of a struct of the vocabulary, read from its tags.
type field struct {
	name     string
	index    int
	required bool
	enum     []string
	// min and max bound a whole number; nil for no bound.
	min, max *int64
	// shorthand: a plain word in place of the mapping is this key's value.
	shorthand bool
}

// fieldsOf are the keys of a struct type, in the order of the type.
func fieldsOf(t reflect.Type) []field {
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		f := field{name: name, index: i, shorthand: t.Field(i).Tag.Get("shorthand") == "true"}
		for rule := range strings.SplitSeq(t.Field(i).Tag.Get("jsonschema"), ",") {
			if rule == "required" {
				f.required = true
			}
			if choice, ok := strings.CutPrefix(rule, "enum="); ok {
				f.enum = append(f.enum, choice)
			}
			if bound, ok := strings.CutPrefix(rule, "minimum="); ok {
				f.min = number(bound)
			}
			if bound, ok := strings.CutPrefix(rule, "maximum="); ok {
				f.max = number(bound)
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// number reads a bound of a tag; a tag that has none is a mistake of the type.
func number(text string) *int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic("bound " + text + " of the vocabulary: " + err.Error())
	}
	return &n
}

// shorthandOf is the key whose value may stand in place of the whole mapping.
func shorthandOf(t reflect.Type) (f field, ok bool) {
	for _, f := range fieldsOf(t) {
		if f.shorthand {
			return f, true
		}
	}
	return field{}, false
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
	{"imageless", reflect.TypeFor[Imageless]()},
	{"a NIC", reflect.TypeFor[NIC]()},
	{"a forward", reflect.TypeFor[Forward]()},
	{"throttle", reflect.TypeFor[Throttle]()},
	{"nvme", reflect.TypeFor[NVMe]()},
	{"an nvme controller", reflect.TypeFor[NVMeController]()},
	{"an nvme controller's atomic", reflect.TypeFor[AtomicController]()},
	{"a disk's atomic", reflect.TypeFor[AtomicNS]()},
	{"an nvme subsystem", reflect.TypeFor[NVMeSubsystem]()},
	{"a subsystem's fdp", reflect.TypeFor[FDPSubsystem]()},
	{"a disk's fdp", reflect.TypeFor[Placement]()},
	{"zoned", reflect.TypeFor[Zoned]()},
	{"zrwa", reflect.TypeFor[ZRWA]()},
	{"protection", reflect.TypeFor[Protection]()},
	{"idmap", reflect.TypeFor[IDMap]()},
	{"a range of an idmap", reflect.TypeFor[IDRange]()},
	{"cpu", reflect.TypeFor[CPU]()},
	{"maxMemory", reflect.TypeFor[MaxMemory]()},
	{"a dimm", reflect.TypeFor[DIMM]()},
	{"memoryBacking", reflect.TypeFor[MemoryBacking]()},
	{"a numa node", reflect.TypeFor[NUMANode]()},
	{"numatune", reflect.TypeFor[NUMATune]()},
	{"cputune", reflect.TypeFor[CPUTune]()},
	{"firmware", reflect.TypeFor[Firmware]()},
	{"tpm", reflect.TypeFor[TPM]()},
	{"watchdog", reflect.TypeFor[Watchdog]()},
	{"vsock", reflect.TypeFor[Vsock]()},
	{"rng", reflect.TypeFor[RNG]()},
	{"consoles", reflect.TypeFor[Consoles]()},
	{"graphics", reflect.TypeFor[Graphics]()},
	{"iommu", reflect.TypeFor[IOMMU]()},
	{"gdb", reflect.TypeFor[GDB]()},
	{"a hostDevice", reflect.TypeFor[HostDevice]()},
	{"qemu", reflect.TypeFor[QEMU]()},
	{"xml", reflect.TypeFor[XML]()},
}
