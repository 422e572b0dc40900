// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"encoding/xml"
	"slices"
)

// withoutProfile is a TPM without the profile that swtpm chose: newer libvirts
// write its name into the definition when the guest first starts, which is no
// edit. What was asked for (the attribute source) stays; other devices do too.
func withoutProfile(device element) element {
	if device.name() != "tpm" {
		return device
	}
	return device.with("backend", func(backend element) element {
		backend.Children = slices.DeleteFunc(slices.Clone(backend.Children), func(e element) bool {
			return e.name() == "profile" && e.attr("source") == ""
		})
		return backend.with("profile", func(profile element) element {
			profile.Attrs = slices.DeleteFunc(slices.Clone(profile.Attrs), func(a xml.Attr) bool { return a.Name.Local == "name" })
			return profile
		})
	})
}

// with is the element with its children of a name changed; the element that it
// is called on stays as it was.
func (e element) with(name string, change func(element) element) element {
	e.Children = slices.Clone(e.Children)
	for i, c := range e.Children {
		if c.name() == name {
			e.Children[i] = change(c)
		}
	}
	return e
}
