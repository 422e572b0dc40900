// SPDX-License-Identifier: Apache-2.0

package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"vmprov/internal/config"
	"vmprov/internal/plan"
	"vmprov/internal/virt"
)

// unfitShares says why a guest cannot have the folders of its shares. One that
// is missing and asked to be made is none of these.
func (p *project) unfitShares(spec config.Guest) []error {
	var errs []error
	for _, s := range spec.Shares {
		if s.Create && p.absent(s.Source) {
			continue
		}
		if err := p.host.Preflight(s.Source, virt.ShareFolder); err != nil {
			errs = append(errs, fmt.Errorf("share `%s`: %w", s.Tag, err))
		}
	}
	return errs
}

// missingFolders are the folders that are made before a guest has them as a
// share, by guest. They are the owner's of the configuration where root acts
// for that owner, and the caller's own for everybody else.
func (p *project) missingFolders(guests []config.Guest) map[string][]plan.Folder {
	user := p.folder.User()
	owner := virt.Credential{UID: user.UID, GID: user.GID}
	out := map[string][]plan.Folder{}
	for _, g := range guests {
		for _, s := range g.Shares {
			if s.Create && p.absent(s.Source) {
				out[g.Name] = append(out[g.Name], plan.Folder{Path: s.Source, Share: s.Tag, Owner: owner})
			}
		}
	}
	return out
}

// absent says that a path of this machine is known not to exist.
func (p *project) absent(path string) bool {
	if !p.host.Local {
		return false
	}
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}
