// SPDX-License-Identifier: Apache-2.0

package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// tree is the part of the file system that a user's state lies in. Its anchor
// is trusted, links in the anchor's own path included; what lies below it is
// opened one component at a time and no link in it is followed.
type tree struct {
	anchor string
	user   User
	// acting: root works for another user, who may change everything below
	// the anchor at any moment.
	acting bool
}

func newTree(user User, euid int) tree {
	return tree{user: user, acting: euid == 0 && user.UID != 0}
}

// open gives the folder rel below the anchor, with create also when it is
// missing. A folder may vanish between two steps when another process deletes
// its last project: then the way is made again.
func (t tree) open(rel string, create bool) (*os.Root, error) {
	const attempts = 5
	var dir *os.Root
	var err error
	for range attempts {
		dir, err = t.walk(rel, create)
		if !create || !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return dir, err
}

func (t tree) walk(rel string, create bool) (*os.Root, error) {
	if create && !t.acting {
		if err := os.MkdirAll(t.anchor, 0o700); err != nil {
			return nil, err
		}
	}
	dir, err := os.OpenRoot(t.anchor)
	if err != nil {
		return nil, err
	}
	at := t.anchor
	for name := range strings.SplitSeq(filepath.Clean(rel), "/") {
		if name == "." {
			continue
		}
		at = filepath.Join(at, name)
		next, err := t.step(dir, name, create)
		dir.Close()
		if err != nil {
			return nil, fmt.Errorf("open folder %s: %w", at, err)
		}
		dir = next
	}
	return dir, nil
}

// step goes from a folder into the one called name.
func (t tree) step(parent *os.Root, name string, create bool) (*os.Root, error) {
	made := false
	if create {
		err := parent.Mkdir(name, 0o700)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		made = err == nil
	}
	info, err := parent.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("it is no folder (%s), and no link is followed below %s; move it away", info.Mode().Type(), t.anchor)
	}
	dir, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if err := t.take(dir, info, made); err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

// take checks that dir is the folder that info described, for the name may
// have become another between the two calls, and makes a new one the user's.
func (t tree) take(dir *os.Root, info fs.FileInfo, made bool) error {
	opened, err := dir.Stat(".")
	if err != nil {
		return err
	}
	if !os.SameFile(info, opened) {
		return errors.New("it was replaced while it was opened; run the command again")
	}
	if made && t.acting {
		return t.ownFolder(dir)
	}
	return t.checkFolder(opened)
}

// ownFolder goes through a descriptor: a name could be another's by now.
func (t tree) ownFolder(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Chown(t.user.UID, t.user.GID)
}

// checkFolder refuses a third user's folder in the way of root: what is
// written there would be in that user's hands. Root's own is an old sudo's.
func (t tree) checkFolder(info fs.FileInfo) error {
	uid := owner(info)
	if t.acting && uid != t.user.UID && uid != 0 {
		return fmt.Errorf("it belongs to uid %d, not to uid %d, whose state it is; chown it", uid, t.user.UID)
	}
	return nil
}

// checkFile refuses to read for a user what is not that user's: a hard link
// to a file that only root may read.
func (t tree) checkFile(info fs.FileInfo) error {
	uid := owner(info)
	if t.acting && uid != t.user.UID {
		return fmt.Errorf("it belongs to uid %d, not to uid %d, whose state it is; chown it", uid, t.user.UID)
	}
	return nil
}

func owner(info fs.FileInfo) int {
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
