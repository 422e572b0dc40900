// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"slices"

	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// Folder is a folder of the host that is missing and that a share is to have.
type Folder struct {
	Path, Share string
	Owner       virt.Credential
}

// makeFolder makes the folder of a share. No plan ever deletes one.
type makeFolder struct{ folder Folder }

func (o makeFolder) describe() (string, string) { return "make folder", o.folder.Path }

func (o makeFolder) run(context.Context, *Applier) error {
	return virt.MakeFolder(o.folder.Owner, o.folder.Path)
}

// folders plans to make what the shares of a spec are missing, once, before
// the guest is defined or started with them. It notes which shares the host
// does not protect.
func (s *sequence) folders(spec config.Guest) {
	for _, note := range HostNotes(spec, s.d.Host) {
		if !slices.Contains(s.gp.Notes, note) {
			s.note("%s", note)
		}
	}
	for _, f := range s.o.Folders[s.spec.Name] {
		wanted := slices.ContainsFunc(spec.Shares, func(share config.Share) bool { return share.Create && share.Source == f.Path })
		if wanted && !s.makesFolder(f.Path) {
			s.then(makeFolder{f}, "share `"+f.Share+"` asks for it")
		}
	}
}

func (s *sequence) makesFolder(path string) bool {
	return s.gp.Blocked != nil || slices.ContainsFunc(s.plan.Actions[s.first:], func(a Action) bool {
		op, ok := a.Op.(makeFolder)
		return ok && op.folder.Path == path
	})
}
