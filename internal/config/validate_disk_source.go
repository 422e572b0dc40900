// SPDX-License-Identifier: Apache-2.0

package config

import "cmp"

// source checks what a disk is made of: a new volume, an overlay on an image,
// or what is at a path.
func (v validator) source(d Disk, at string) {
	size, image, path := v.layout.said(at+".size"), v.layout.said(at+".image"), v.layout.said(at+".path")
	switch {
	case !size && !image && !path:
		v.key(at+".size", "is required without `image` and `path`")
	case path && image:
		v.key(at+".image", "must not be given with `path`")
	case path && size:
		v.key(at+".size", "must not be given with `path`: what is there has its own size")
	}
	if path {
		v.existing(d, at)
		return
	}
	if d.Shareable {
		v.key(at+".shareable", "must only be given with `path`")
	}
	if image {
		v.overlay(d, at)
	}
	v.preallocation(d, at)
}

// existing checks a disk that vmprov did not make.
func (v validator) existing(d Disk, at string) {
	if d.Preallocation != "" {
		v.key(at+".preallocation", "must not be given with `path`: what is there is never made")
	}
	if d.Shareable && d.Format != "raw" && !v.isBroken(at+".format") {
		v.key(at+".shareable", "must only be given with format raw, got format %s", d.Format)
	}
	if !*d.Persist {
		v.value(at+".persist", "must not be false with `path`: vmprov never makes anew what is there")
	}
}

// overlay checks a disk that is an overlay on an image.
func (v validator) overlay(d Disk, at string) {
	if _, ok := v.file.Images[d.Image]; !ok && !v.isBroken("images") {
		v.value(at+".image", "must be an image of this file (%s), got %s%s",
			cmp.Or(choices(v.file.Images), "it has none"), quote(d.Image), didYouMean(d.Image, sortedKeys(v.file.Images)))
	}
	if d.Format != "qcow2" {
		v.value(at+".format", "must be qcow2 with `image`, which the disk is an overlay on, got %s", d.Format)
	}
}

func (v validator) preallocation(d Disk, at string) {
	switch {
	case d.Preallocation == "":
	case v.layout.said(at + ".image"):
		v.key(at+".preallocation", "must not be given with `image`: an overlay holds only what differs")
	case d.Preallocation == "metadata" && d.Format != "qcow2" && !v.isBroken(at+".format"):
		v.value(at+".preallocation", "must be off or falloc with format %s, got metadata", d.Format)
	}
}

// pathUse is a disk that has a path, and whether others may have it too.
type pathUse struct {
	what   string
	shares bool
}

// sharedPaths checks that no two disks of the project write to the same path
// unknown to each other.
func (v validator) sharedPaths() {
	users := map[string]pathUse{}
	for _, f := range v.families {
		for i, d := range f.spec.Disks {
			at := f.diskAt(i) + ".path"
			if d.Path == "" || v.isBroken(at) {
				continue
			}
			use := pathUse{"disk " + d.Name + " of " + f.name, d.Shareable || d.ReadOnly}
			other, taken := users[d.Path]
			switch {
			case taken && (!use.shares || !other.shares):
				v.value(at, "must be a path of its own, or both must be shareable or readOnly, got %s, which is that of %s", quote(d.Path), other.what)
			case f.count > 1 && !use.shares:
				v.value(at, "must be shareable or readOnly where %d guests have it, got %s", f.count, quote(d.Path))
			}
			users[d.Path] = use
		}
	}
}
