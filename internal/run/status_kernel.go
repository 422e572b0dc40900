// SPDX-License-Identifier: Apache-2.0

package run

import (
	"cmp"
	"fmt"
	"slices"

	"vmprov/internal/config"
	"vmprov/internal/plan"
	"vmprov/kernel"
)

// configuredRelease is what `uname -r` says when the guest boots what the file
// names: of the kernel as it is by now, else as it was applied. It is empty for
// a guest that boots its image's kernel, or where nobody knows.
func (p *project) configuredRelease(g plan.ObservedGuest) string {
	i := slices.IndexFunc(p.file.Guests, func(d config.Guest) bool { return d.Name == g.Mark.Guest })
	if i >= 0 && p.host.Local {
		if path := kernelPath(p.file.Guests[i]); path != "" {
			if k, err := kernel.Find(path, p.arch(p.file.Guests[i])); err == nil {
				return k.Release
			}
		}
	}
	if b := g.Mark.Base.Boot; b != nil {
		return b.Release
	}
	return ""
}

// kernelPath is the kernel that a guest's configuration names; empty for none.
func kernelPath(spec config.Guest) string {
	if spec.Imageless != nil {
		return spec.Imageless.Kernel
	}
	return spec.Kernel
}

// running says what a guest runs, and where that is not what is configured.
func (s *GuestStatus) running(g plan.ObservedGuest, configured string) {
	if g.Live == nil {
		return
	}
	s.Kernel = g.Live.Kernel
	if s.Kernel != "" && configured != "" && s.Kernel != configured {
		s.Notes = append(s.Notes, fmt.Sprintf("runs %s, configured is %s", s.Kernel, configured))
	}
	s.Closure = closureOf(g.Live.Base)
	if next := closureOf(g.Mark.Base); s.Closure != "" && next != s.Closure {
		s.Notes = append(s.Notes, fmt.Sprintf("runs %s, configured is %s", s.Closure, cmp.Or(next, "an image")))
	}
}

// closureOf is the store path of the system of a guest without an image.
func closureOf(b plan.Base) string {
	if b.Boot == nil {
		return ""
	}
	return b.Boot.Closure
}
