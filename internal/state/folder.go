// SPDX-License-Identifier: Apache-2.0

// Package state is what vmprov keeps on the host beside libvirt: the project's
// folder (ssh key pair, known_hosts, ssh config, build logs, GC roots) and the
// locks. Nothing in the folder is the truth of anything: all of it may be
// deleted and the next command makes what it needs.
package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// User is whose folder it is. A process with other rights (root acting for
// the owner of a configuration) makes every file in it that user's.
type User struct {
	UID, GID int
	Home     string
}

// The two folders of a project, below the folder vmprov.
const (
	projects = "projects"
	gcroots  = "gcroots"
)

// Folder is the state of one project of one user:
// HOME/.local/state/vmprov/projects/PROJECT, and the GC roots beside it in
// HOME/.local/state/vmprov/gcroots/PROJECT. XDG_STATE_HOME is respected when
// the process runs as that user. Access goes through os.Root, so no symbolic
// link inside leads out of it. Folders are 0700, files 0600 unless said otherwise.
//
// Root acting for a user trusts the user's home and nothing below it: a link
// in the way, a folder or a file of somebody else is refused.
type Folder struct {
	user    User
	project string
	tree    tree
	// base is the folder vmprov, relative to the tree's anchor.
	base string
}

// Open gives the folder; nothing is made until something is written.
func Open(user User, project string) (*Folder, error) {
	if project == "" || !filepath.IsLocal(project) || strings.ContainsRune(project, '/') {
		return nil, fmt.Errorf("open state folder: %q is no name of a project", project)
	}
	if !filepath.IsAbs(user.Home) {
		return nil, fmt.Errorf("open state folder of %s: uid %d has no home (%q); set HOME", project, user.UID, user.Home)
	}
	t, base := place(user, os.Geteuid(), os.Getenv("XDG_STATE_HOME"))
	return &Folder{user: user, project: project, tree: t, base: base}, nil
}

// place says where the folder vmprov is and how far its surroundings are trusted.
func place(user User, euid int, xdg string) (t tree, base string) {
	t = newTree(user, euid)
	switch {
	case t.acting:
		t.anchor, base = user.Home, filepath.Join(".local", "state", "vmprov")
	case euid == user.UID && filepath.IsAbs(xdg):
		t.anchor, base = filepath.Clean(xdg), "vmprov"
	default:
		t.anchor, base = filepath.Join(user.Home, ".local", "state"), "vmprov"
	}
	return t, base
}

// User is the owner of the folder.
func (f *Folder) User() User { return f.user }

// Path is the absolute path of a file in the folder, for programs that are given one.
func (f *Folder) Path(name string) string {
	return filepath.Join(f.tree.anchor, f.folder(projects), name)
}

// folder is the project's folder of one kind, relative to the tree's anchor.
func (f *Folder) folder(kind string) string {
	return filepath.Join(f.base, kind, f.project)
}

// parent opens the folder that holds name, which may lie in a subfolder.
func (f *Folder) parent(name string, create bool) (dir *os.Root, base string, err error) {
	if !filepath.IsLocal(name) || filepath.Clean(name) == "." {
		return nil, "", fmt.Errorf("%q is no name of a file in the state folder", name)
	}
	below, base := filepath.Split(filepath.Clean(name))
	dir, err = f.tree.open(filepath.Join(f.folder(projects), below), create)
	return dir, base, err
}

// ReadFile reads a file; a missing one is fs.ErrNotExist.
func (f *Folder) ReadFile(name string) ([]byte, error) {
	dir, base, err := f.parent(name, false)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path(name), err)
	}
	defer dir.Close()
	data, err := f.read(dir, base)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path(name), err)
	}
	return data, nil
}

// read does not block on what is no plain file: a FIFO in the way must not
// stop a nightly job.
func (f *Folder) read(dir *os.Root, base string) ([]byte, error) {
	file, err := dir.OpenFile(base, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is no plain file (%s)", info.Mode().Type())
	}
	if err := f.tree.checkFile(info); err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}

// WriteFile replaces a file in one step (temporary file, sync, rename); the
// folder is made when missing. The name may lie in a subfolder, which is made too.
func (f *Folder) WriteFile(name string, data []byte, mode fs.FileMode) error {
	dir, base, err := f.parent(name, true)
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Path(name), err)
	}
	defer dir.Close()
	if err := f.tree.replace(dir, base, data, mode); err != nil {
		return fmt.Errorf("write %s: %w", f.Path(name), err)
	}
	return nil
}

// WriteNew makes a file that is not there yet, complete at once; where another
// process was first, the error is fs.ErrExist and the file that process's.
func (f *Folder) WriteNew(name string, data []byte, mode fs.FileMode) error {
	dir, base, err := f.parent(name, true)
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Path(name), err)
	}
	defer dir.Close()
	if err := f.tree.add(dir, base, data, mode); err != nil {
		return fmt.Errorf("write %s: %w", f.Path(name), err)
	}
	return nil
}

// Remove deletes a file; a missing one is no error.
func (f *Folder) Remove(name string) error {
	dir, base, err := f.parent(name, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", f.Path(name), err)
	}
	defer dir.Close()
	if err := dir.Remove(base); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", f.Path(name), err)
	}
	return nil
}
