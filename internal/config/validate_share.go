// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

const (
	// maxTag is the length of a virtiofs tag in bytes (virtio specification, "File System Device").
	maxTag = 36
	// maxQueue is the length of a virtqueue in QEMU (VIRTQUEUE_MAX_SIZE).
	maxQueue = 1024
	// maxThreads keeps the number of virtiofsd's threads sane.
	maxThreads = 4096
	// maxID is one more than the highest user or group.
	maxID = math.MaxUint32
)

// shares checks the shares of a family's guests but for their mount points.
func (v validator) shares(f family) {
	tags := map[string]bool{}
	for i, s := range f.spec.Shares {
		at := item(f.at("shares"), i)
		v.tag(s.Tag, at+".tag", tags)
		v.virtiofsd(s, at)
		v.idmap(s, at)
	}
}

func (v validator) tag(tag, at string, tags map[string]bool) {
	switch {
	case tag == "" || len(tag) > maxTag:
		v.value(at, "must have 1 to %d bytes, got %d", maxTag, len(tag))
	case strings.ContainsFunc(tag, notInTag) || tag[0] == '#':
		v.value(at, "must be printable ASCII without space, comma, quotes and backslash, and not start with `#`, got %s", quote(tag))
	}
	if tags[tag] {
		v.value(at, "must be unique in the guest, got %s again", quote(tag))
	}
	tags[tag] = true
}

// notInTag finds what fstab or QEMU's command line would read as something else.
func notInTag(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`,"'\`, r) }

// virtiofsd checks how the host serves a share.
func (v validator) virtiofsd(s Share, at string) {
	if n, queue := s.QueueSize, at+".queueSize"; v.layout.said(queue) && (n < 2 || n > maxQueue || n&(n-1) != 0) {
		v.value(queue, "must be a power of two from 2 to %d, got %d", maxQueue, n)
	}
	if s.ThreadPool != nil && *s.ThreadPool > maxThreads {
		v.value(at+".threadPool", "must be 0 to %d, got %d", maxThreads, *s.ThreadPool)
	}
}

func (v validator) idmap(s Share, at string) {
	own := at + ".idmap"
	if s.IDMap == nil || v.isBroken(own) {
		return
	}
	if len(s.IDMap.UID)+len(s.IDMap.GID) == 0 && !v.hasBroken(own) {
		v.value(own, "must have a range of `uid` or `gid`, got none")
	}
	if s.Sandbox == "chroot" {
		v.key(own, "must not be given with sandbox chroot: only a user namespace maps ids")
	}
	v.idRanges(own+".uid", s.IDMap.UID)
	v.idRanges(own+".gid", s.IDMap.GID)
}

// idRanges checks that ranges are ids, and that none has an id of another, in
// the share or on the host (user_namespaces(7)).
func (v validator) idRanges(at string, ranges []IDRange) {
	type span struct{ first, last, index int }
	sides := []struct {
		key   string
		spans []span
	}{{key: "start"}, {key: "target"}}
	for i, r := range ranges {
		for n, first := range []int{r.Start, r.Target} {
			here := item(at, i)
			if v.isBroken(here) || v.isBroken(here+".count") || v.isBroken(here+"."+sides[n].key) {
				continue
			}
			if first >= maxID || r.Count > maxID-first {
				v.value(here+"."+sides[n].key, "must leave room for %d ids up to %d, got %d", r.Count, uint32(maxID-1), first)
				continue
			}
			sides[n].spans = append(sides[n].spans, span{first, first + r.Count - 1, i})
		}
	}
	for _, side := range sides {
		slices.SortStableFunc(side.spans, func(a, b span) int { return cmp.Compare(a.first, b.first) })
		end := -1
		for _, s := range side.spans {
			if s.first <= end {
				v.value(item(at, s.index)+"."+side.key, "must not have ids of another range, got %d to %d", s.first, s.last)
			}
			end = max(end, s.last)
		}
	}
}
