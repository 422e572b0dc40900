// SPDX-License-Identifier: Apache-2.0

package config

import (
	"path"
	"strings"
	"unicode"
)

// mounts checks the mount points of a family's guests.
func (v validator) mounts(f family) {
	owner := map[string]string{}
	for i, d := range f.spec.Disks {
		v.mount(d.Target, f.diskAt(i)+".target", "disk "+d.Name, owner)
	}
	for i, s := range f.spec.Shares {
		v.mount(s.Target, item(f.at("shares"), i)+".target", "share "+s.Tag, owner)
	}
}

// mount checks one mount point; the guest gets it as a line of fstab.
func (v validator) mount(target, at, what string, owner map[string]string) {
	if !v.layout.said(at) || v.isBroken(at) {
		return
	}
	switch {
	case !path.IsAbs(target):
		v.value(at, "must be an absolute path in the guest, got %s", quote(target))
	case target == "/":
		v.value(at, "must not be `/`, which is the root disk")
	case path.Clean(target) != target:
		v.value(at, "must be a clean path: write %s, got %s", path.Clean(target), quote(target))
	case strings.ContainsFunc(target, notInTarget):
		v.value(at, "must not hold spaces, quotes or backslashes, got %s", quote(target))
	}
	if other, taken := owner[target]; taken {
		v.value(at, "must be a mount point of its own, got %s, which is that of %s", quote(target), other)
		return
	}
	owner[target] = what
}

func notInTarget(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`"'\`, r)
}
