// SPDX-License-Identifier: Apache-2.0

package run

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"vmprov/internal/config"
	"vmprov/internal/plan"
	"vmprov/storage"
)

// views are the folders that a guest without an image boots from, each
// read-only in truth: a system libvirtd runs virtiofsd as root, so a writable
// one would let the guest's root write to the host's store.
func (p *project) views(b plan.Boot) ([]plan.View, error) {
	views := []plan.View{{Tag: config.StoreTag, Source: filepath.Dir(b.Closure)}}
	if b.Modules != "" {
		views = append(views, plan.View{Tag: config.ModulesTag, Source: b.Modules})
	}
	for i := range views {
		mount, err := p.viewMount(views[i])
		if err != nil {
			return nil, err
		}
		views[i].Mount = mount
	}
	return views, nil
}

// viewMount is the bind mount that makes a folder read-only; empty where libvirt
// (11.0 and later, <readonly/> of virtiofs), the mount or the rights do so.
func (p *project) viewMount(v plan.View) (string, error) {
	if p.host.ReadOnlyVirtioFS {
		return "", nil
	}
	readOnly, err := storage.IsReadOnly(v.Source)
	if err != nil || readOnly {
		return "", err
	}
	// virtiofsd of a session libvirtd is the user's.
	if p.host.Session && unix.Access(v.Source, unix.W_OK) != nil {
		return "", nil
	}
	if os.Geteuid() != 0 {
		return "", fmt.Errorf("share `%s`: the guest could write to %s: this libvirt cannot share it read-only (11.0 and later can), and mounting it read-only takes root (run vmprov as root, or have root mount it: `mount --bind -o ro %s %s`)",
			v.Tag, v.Source, v.Source, v.Source)
	}
	name := v.Tag
	if v.Tag == config.ModulesTag {
		sum := sha256.Sum256([]byte(v.Source))
		name += "-" + hex.EncodeToString(sum[:])[:12]
	}
	return filepath.Join(plan.ViewsFolder, p.file.Project, name), nil
}
