// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"cmp"
	"fmt"
	"path"
	"slices"
)

// Difference is one thing on which the host's side and the guest's own system
// do not agree.
type Difference struct {
	// Mount is the mount point that it is about.
	Mount string `json:"mount"`
	Text  string `json:"text"`
}

// virtiofs is the type of a share in the guest.
const virtiofs = "virtiofs"

// Compare names every difference between what the host declares and what the
// guest's system mounts, in the order of mount points. A mount that one side
// declares alone is none as long as the other has what it needs: the host's
// mounts are sent to the guest, and where the guest has its own, that wins.
func Compare(host Mounts, guest []Mount) []Difference {
	c := comparison{host: host}
	for _, m := range guest {
		m.Target = path.Clean(m.Target)
		if m.Type == virtiofs {
			c.share(m)
		} else {
			c.disk(m)
		}
		c.taken(m)
	}
	c.boots(guest)
	slices.SortStableFunc(c.found, func(a, b Difference) int { return cmp.Compare(a.Mount, b.Mount) })
	return c.found
}

type comparison struct {
	host  Mounts
	found []Difference
}

func (c *comparison) differ(m Mount, format string, args ...any) {
	c.found = append(c.found, Difference{Mount: m.Target, Text: fmt.Sprintf(format, args...)})
}

// share compares a virtiofs mount of the guest with the share of its tag.
func (c *comparison) share(m Mount) {
	for _, s := range c.host.Shares {
		if s.Tag != m.Device {
			continue
		}
		if s.Missing {
			if !slices.Contains(m.Options, "nofail") {
				c.differ(m, "the guest cannot boot without tag `%s`, and there is none here", s.Tag)
			}
			return
		}
		what := fmt.Sprintf("share `%s`", s.Tag)
		c.target(m, what, s.Target)
		c.readOnly(m, what, s.ReadOnly)
		return
	}
	c.differ(m, "the guest mounts tag `%s`, and no share here has it", m.Device)
}

// boots finds shares that a guest without an image boots from, and that its
// system does not mount. One of which no mount can be read tells nothing.
func (c *comparison) boots(guest []Mount) {
	if len(guest) == 0 {
		return
	}
	for _, s := range c.host.Shares {
		mounted := func(m Mount) bool { return m.Type == virtiofs && m.Device == s.Tag }
		if s.Boot && !s.Missing && !slices.ContainsFunc(guest, mounted) {
			c.differ(Mount{Target: bootMounts[s.Tag]}, "the guest does not mount tag `%s`, which it boots from (backends.imageless does)", s.Tag)
		}
	}
}

// bootMounts are where a system without an image has the shares that it boots from.
var bootMounts = map[string]string{"store": "/nix/store", "modules": "/lib/modules"}

// disk compares a mount of the guest with the data disk that its device is.
func (c *comparison) disk(m Mount) {
	found := resolve(c.host.Disks, m.Device)
	if found.fault != "" {
		c.differ(m, "the guest mounts `%s`, %s", m.Device, found.fault)
	}
	if found.disk == nil || found.part {
		return
	}
	d := *found.disk
	what := fmt.Sprintf("disk `%s`", d.Name)
	c.target(m, what, d.Target)
	c.readOnly(m, what, d.ReadOnly)
	if d.Type != "" && m.Type != "" && d.Type != m.Type {
		c.differ(m, "%s is %s here, and %s in the guest", what, d.Type, m.Type)
	}
	if d.Type != "" && len(m.MkfsArgs) > 0 && !slices.Equal(d.MkfsArgs, m.MkfsArgs) {
		c.differ(m, "%s is made with mkfs arguments %q here, and %q in the guest", what, d.MkfsArgs, m.MkfsArgs)
	}
}

func (c *comparison) target(m Mount, what, target string) {
	if target != "" && path.Clean(target) != m.Target {
		c.differ(m, "%s has target `%s` here, and the guest mounts it on `%s`", what, target, m.Target)
	}
}

func (c *comparison) readOnly(m Mount, what string, here bool) {
	switch there := slices.Contains(m.Options, "ro"); {
	case here && !there:
		c.differ(m, "%s is read-only here, and the guest mounts it to write", what)
	case !here && there:
		c.differ(m, "%s can be written here, and the guest mounts it read-only", what)
	}
}

// taken finds what the host would mount where the guest mounts something else.
func (c *comparison) taken(m Mount) {
	for _, s := range c.host.Shares {
		if s.Target != "" && path.Clean(s.Target) == m.Target && (m.Type != virtiofs || m.Device != s.Tag) {
			c.differ(m, "share `%s` is to be mounted here, and the guest mounts `%s`", s.Tag, m.Device)
		}
	}
	for _, d := range c.host.Disks {
		if d.Target == "" || path.Clean(d.Target) != m.Target {
			continue
		}
		found := resolve(c.host.Disks, m.Device)
		if m.Type != virtiofs && (found.disk != nil && found.disk.Name == d.Name || found.fault != "" || found.unknown) {
			continue // it is that disk, or it was said, or nobody can tell
		}
		c.differ(m, "disk `%s` is to be mounted here, and the guest mounts `%s`", d.Name, m.Device)
	}
}
