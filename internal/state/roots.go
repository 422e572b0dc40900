// SPDX-License-Identifier: Apache-2.0

package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// RootPath is the absolute path of the GC root link called name, its folder made when missing.
func (f *Folder) RootPath(name string) (string, error) {
	path, err := f.rootPath(name)
	if err != nil {
		return "", err
	}
	dir, err := f.tree.open(f.folder(gcroots), true)
	if err != nil {
		return "", fmt.Errorf("make folder of GC root %s: %w", path, err)
	}
	return path, dir.Close()
}

func (f *Folder) rootPath(name string) (string, error) {
	if name == "." || !filepath.IsLocal(name) || filepath.Base(name) != name {
		return "", fmt.Errorf("%q is no name of a GC root", name)
	}
	return filepath.Join(f.tree.anchor, f.folder(gcroots), name), nil
}

// Roots lists the GC roots: link name to the store path it holds. A link whose
// store path is gone is listed too; what is no link is none.
func (f *Folder) Roots() (map[string]string, error) {
	roots := map[string]string{}
	dir, err := f.tree.open(f.folder(gcroots), false)
	if errors.Is(err, fs.ErrNotExist) {
		return roots, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list GC roots: %w", err)
	}
	defer dir.Close()
	entries, err := entriesOf(dir)
	if err != nil {
		return nil, fmt.Errorf("list GC roots: %w", err)
	}
	for _, e := range entries {
		if e.Type() != fs.ModeSymlink {
			continue
		}
		target, err := dir.Readlink(e.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list GC roots: %w", err)
		}
		roots[e.Name()] = target
	}
	return roots, nil
}

func entriesOf(dir *os.Root) ([]fs.DirEntry, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// RemoveRoot deletes the GC root called name; a missing one is no error.
func (f *Folder) RemoveRoot(name string) error {
	path, err := f.rootPath(name)
	if err != nil {
		return err
	}
	dir, err := f.tree.open(f.folder(gcroots), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove GC root %s: %w", path, err)
	}
	defer dir.Close()
	if err := dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove GC root %s: %w", path, err)
	}
	return nil
}
