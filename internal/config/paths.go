// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// resolver makes paths absolute: relative ones start at the file's folder,
// `~` is the home of the file's owner, whoever runs vmprov.
type resolver struct {
	*report
	env Environment
}

// resolvePaths makes every path of the document absolute, in place. It looks
// at nothing on the host.
func resolvePaths(doc *Document, env Environment, r *report) {
	p := resolver{report: r, env: env}
	p.path("pool.path", &doc.Pool.Path)
	p.filePath("ssh.identityFile", &doc.SSH.IdentityFile)
	for i := range doc.SSH.AuthorizedKeys {
		if !isLiteralKey(doc.SSH.AuthorizedKeys[i]) {
			p.path(item("ssh.authorizedKeys", i), &doc.SSH.AuthorizedKeys[i])
		}
	}
	for name, image := range doc.Images {
		at := join("images", name)
		p.filePath(join(at, "file"), &image.File)
		p.flake(join(at, "flake"), &image.Flake)
		doc.Images[name] = image
	}
	p.guest("defaults", &doc.Defaults)
	for name, guest := range doc.Guests {
		p.guest(join("guests", name), &guest)
		doc.Guests[name] = guest
	}
}

func (p resolver) guest(at string, g *GuestDecl) {
	for name, variant := range g.Variants {
		p.guest(join(at+".variants", name), &variant)
		g.Variants[name] = variant
	}
	if own := g.Imageless; own != nil {
		p.flake(at+".imageless.flake", &own.Flake)
		p.path(at+".imageless.closure", &own.Closure)
		p.path(at+".imageless.kernel", &own.Kernel)
		p.filePath(at+".imageless.initrd", &own.Initrd)
		p.path(at+".imageless.modules", &own.Modules)
	}
	p.filePath(join(at, "kernel"), &g.Kernel)
	p.filePath(join(at, "initrd"), &g.Initrd)
	for i := range g.Shares {
		share := item(join(at, "shares"), i)
		p.path(join(share, "source"), &g.Shares[i].Source)
		p.filePath(join(share, "binary"), &g.Shares[i].Binary)
	}
	for i := range g.Disks {
		p.filePath(join(item(join(at, "disks"), i), "path"), &g.Disks[i].Path)
	}
	if g.Firmware != nil {
		p.filePath(at+".firmware.loader", &g.Firmware.Loader)
		p.filePath(at+".firmware.template", &g.Firmware.Template)
	}
	if g.GDB != nil {
		p.filePath(at+".gdb.socket", &g.GDB.Socket)
	}
	if g.RNG != nil && g.RNG.Source != "builtin" {
		p.filePath(at+".rng.source", &g.RNG.Source)
	}
}

// path resolves one path that the file may have given.
func (p resolver) path(at string, value *string) {
	if !p.layout.said(at) || p.isBroken(at) {
		return
	}
	absolute, err := p.absolute(*value)
	if err != nil {
		p.undecodable(p.layout.valueAt(at), at, "%v, got %s", err, quote(*value))
		return
	}
	*value = absolute
}

// filePath resolves the path of a file: the one folder that a path is known to
// be is refused.
func (p resolver) filePath(at string, value *string) {
	p.path(at, value)
	if *value == "/" && p.layout.said(at) {
		p.value(at, "must be a file, got %s", quote(*value))
	}
}

// flake resolves a flake reference that the file may have given.
func (p resolver) flake(at string, value *string) {
	if !p.layout.said(at) || p.isBroken(at) {
		return
	}
	reference, err := p.reference(*value)
	if err != nil {
		p.undecodable(p.layout.valueAt(at), at, "%v, got %s", err, quote(*value))
		return
	}
	*value = reference
}

// absolute is the absolute, clean form of a path.
func (p resolver) absolute(path string) (string, error) {
	switch {
	case path == "":
		return "", errors.New("must be a path")
	case strings.HasPrefix(path, "$"):
		return "", errors.New("must be a path without variables; `~` is the home of the file's owner")
	case path == "~" || strings.HasPrefix(path, "~/"):
		if p.env.Owner.Home == "" {
			return "", fmt.Errorf("must not start with `~`, as the file's owner %s has no home", p.env.Owner.Name)
		}
		return filepath.Join(p.env.Owner.Home, path[1:]), nil
	case strings.HasPrefix(path, "~"):
		return "", errors.New("must not name a user's home; `~/` is the home of the file's owner")
	case filepath.IsAbs(path):
		return filepath.Clean(path), nil
	}
	return filepath.Join(filepath.Dir(p.env.File), path), nil
}
