// SPDX-License-Identifier: Apache-2.0

package state

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// File is a plain file of the project's folder.
type File struct {
	Name string
	// Bytes long.
	Bytes uint64
	// Changed last.
	Changed time.Time
}

// Temporary says that it is what a writer renames or links to its name when it
// is whole: a writer that was killed leaves it.
func (f File) Temporary() bool { return isTemporary(f.Name) }

// Files lists the plain files of the project's folder, not those of folders in it.
func (f *Folder) Files() ([]File, error) {
	dir, err := f.tree.open(f.folder(projects), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", f.Path(""), err)
	}
	defer dir.Close()
	entries, err := entriesOf(dir)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", f.Path(""), err)
	}
	var out []File
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // it went meanwhile, or is none
		}
		out = append(out, File{Name: e.Name(), Bytes: uint64(info.Size()), Changed: info.ModTime()})
	}
	return out, nil
}
