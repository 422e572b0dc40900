// SPDX-License-Identifier: Apache-2.0

package config

import "slices"

// imagelessRefuses are keys of a guest that boots from an image, which one without
// has no use for.
var imagelessRefuses = []string{"image", "root", "kernel", "initrd", "cmdline"}

// storeTags are the shares that a guest without an image has by itself.
var storeTags = []string{StoreTag, ModulesTag}

// Tags of the shares that a guest without an image boots from.
const (
	StoreTag   = "store"
	ModulesTag = "modules"
)

// imageless checks a guest without an image. What the file says of an image
// further away, such as in the defaults, is not the guest's.
func (v validator) imageless(f family) {
	own := f.spec.Imageless
	if own == nil {
		return
	}
	at := f.at("imageless")
	flake, closure := f.said("imageless.flake"), f.said("imageless.closure")
	if flake == closure {
		v.key(at, "must have exactly one of `flake` and `closure`, got %s", map[bool]string{true: "both", false: "neither"}[flake])
	}
	if attribute := f.at("imageless.attribute"); v.layout.said(attribute) {
		switch {
		case !flake:
			v.key(attribute, "must only be given with `flake`")
		case own.Attribute == "":
			v.value(attribute, "must be a flake output, got nothing")
		}
	}
	for _, key := range imagelessRefuses {
		if said, near := f.level(key); said && near <= f.nearness("imageless") {
			v.key(f.at(key), "must not be given with `imageless`: the guest has no image%s", insteadOf(key))
		}
	}
	for i, s := range f.spec.Shares {
		if slices.Contains(storeTags, s.Tag) {
			v.value(item(f.at("shares"), i)+".tag", "must not be %s, which is a share that the guest boots from", quote(s.Tag))
		}
	}
}

// insteadOf names the key that a guest without an image has in place of one.
func insteadOf(key string) string {
	switch key {
	case "kernel", "initrd", "cmdline":
		return " (write `imageless." + key + "`)"
	case "root":
		return ", and its root is in memory"
	}
	return ""
}

// level says whether the file says a key of the family's guests, and how near:
// 0 is nearest.
func (f family) level(key string) (said bool, near int) {
	for i, path := range f.paths {
		if f.layout.said(path + "." + key) {
			return true, i
		}
	}
	return false, len(f.paths)
}

func (f family) nearness(key string) int {
	_, near := f.level(key)
	return near
}

// bootsImageless says whether the family's guests boot without an image: which of
// `image` and `imageless` the file says nearer; where it says both at one
// place, that is a fault, told by imageless.
func (f family) bootsImageless() bool {
	if f.decl.Imageless == nil {
		return false
	}
	return f.nearness("imageless") <= f.nearness("image")
}

// withoutImage is the spec of a guest that has no image: what the defaults say
// of one is dropped.
func withoutImage(g Guest) Guest {
	g.Image, g.Root = "", Root{}
	g.Kernel, g.Initrd, g.Cmdline = "", "", ""
	return g
}
