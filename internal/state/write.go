// SPDX-License-Identifier: Apache-2.0

package state

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Create makes a new empty file (0600) at an absolute path, in the place of
// an older one, together with its folders; it is user's, also when root makes
// it. Root acting for a user writes below that user's home only, and through
// no link there. It is for what is written bit by bit, such as a build log;
// [Folder.WriteFile] is for the rest.
func Create(user User, path string) (*os.File, error) {
	t := newTree(user, os.Geteuid())
	below, base := filepath.Split(filepath.Clean(path))
	t.anchor = filepath.Clean(below)
	if t.acting {
		t.anchor = user.Home
	}
	rel, err := filepath.Rel(t.anchor, below)
	if err != nil || !filepath.IsLocal(rel) {
		return nil, fmt.Errorf("create %s: it is not below %s, and root acting for uid %d writes nowhere else", path, user.Home, user.UID)
	}
	dir, err := t.open(rel, true)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	defer dir.Close()
	file, err := t.create(dir, base)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return file, nil
}

// create never opens what is there: it could be a hard link to another's file.
func (t tree) create(dir *os.Root, base string) (*os.File, error) {
	if err := dir.Remove(base); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := dir.OpenFile(base, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := t.ownFile(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func (t tree) ownFile(file *os.File) error {
	if !t.acting {
		return nil
	}
	return file.Chown(t.user.UID, t.user.GID)
}

func temporaryName(base string) string { return "." + base + "." + rand.Text()[:10] + ".tmp" }

// isTemporary knows what temporaryName gives.
func isTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".tmp") && strings.Count(name, ".") > 2
}

// add gives data the name base, unless that is taken: link(2) excludes, and a
// reader never sees half a file.
func (t tree) add(dir *os.Root, base string, data []byte, mode fs.FileMode) error {
	temporary := temporaryName(base)
	defer dir.Remove(temporary)
	if err := t.writeNew(dir, temporary, data, mode); err != nil {
		return err
	}
	if err := dir.Link(temporary, base); err != nil {
		return err
	}
	return syncFolder(dir)
}

// replace puts data in the place of base, so that a reader and a crash see
// either the old or the new file.
func (t tree) replace(dir *os.Root, base string, data []byte, mode fs.FileMode) error {
	temporary := temporaryName(base)
	if err := t.writeNew(dir, temporary, data, mode); err != nil {
		dir.Remove(temporary)
		return err
	}
	if err := dir.Rename(temporary, base); err != nil {
		dir.Remove(temporary)
		return err
	}
	return syncFolder(dir)
}

func (t tree) writeNew(dir *os.Root, name string, data []byte, mode fs.FileMode) error {
	file, err := t.create(dir, name)
	if err != nil {
		return err
	}
	return errors.Join(fill(file, data, mode), file.Close())
}

func fill(file *os.File, data []byte, mode fs.FileMode) error {
	if _, err := file.Write(data); err != nil {
		return err
	}
	// The mode last: the umask does not apply, and nobody reads half a key.
	if err := file.Chmod(mode); err != nil {
		return err
	}
	return file.Sync()
}

func syncFolder(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
