// SPDX-License-Identifier: Apache-2.0

// Package state is what vmprov keeps on the host beside libvirt: the project's
// folder (ssh key pair, known_hosts, ssh config, build logs, GC roots) and the
// locks. Nothing in the folder is the truth of anything: all of it may be
// deleted and the next command makes what it needs.
package state

import "io/fs"

// User is whose folder it is. A process with other rights (root acting for
// the owner of a configuration) makes every file in it that user's.
type User struct {
	UID, GID int
	Home     string
}

// Folder is the state of one project of one user:
// HOME/.local/state/vmprov/projects/PROJECT, and the GC roots beside it in
// HOME/.local/state/vmprov/gcroots/PROJECT. XDG_STATE_HOME is respected when
// the process runs as that user. Access goes through os.Root, so no symbolic
// link inside leads out of it. Folders are 0700, files 0600 unless said otherwise.
type Folder struct{}

// Open gives the folder; nothing is made until something is written.
func Open(user User, project string) (*Folder, error) { panic("unwritten") }

// User is the owner of the folder.
func (f *Folder) User() User { panic("unwritten") }

// Path is the absolute path of a file in the folder, for programs that are given one.
func (f *Folder) Path(name string) string { panic("unwritten") }

// ReadFile reads a file; a missing one is fs.ErrNotExist.
func (f *Folder) ReadFile(name string) ([]byte, error) { panic("unwritten") }

// WriteFile replaces a file in one step (temporary file, sync, rename); the
// folder is made when missing.
func (f *Folder) WriteFile(name string, data []byte, mode fs.FileMode) error { panic("unwritten") }

// Remove deletes a file; a missing one is no error.
func (f *Folder) Remove(name string) error { panic("unwritten") }

// RootPath is the absolute path of the GC root link called name, its folder made when missing.
func (f *Folder) RootPath(name string) (string, error) { panic("unwritten") }

// Roots lists the GC roots: link name to the store path it holds.
func (f *Folder) Roots() (map[string]string, error) { panic("unwritten") }

// RemoveRoot deletes the GC root called name; a missing one is no error.
func (f *Folder) RemoveRoot(name string) error { panic("unwritten") }

// Delete removes the project's folder and its GC roots, and the vmprov folder
// itself when it is left empty. It removes known names only, and follows no link.
func (f *Folder) Delete() error { panic("unwritten") }
