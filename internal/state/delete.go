// SPDX-License-Identifier: Apache-2.0

package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hashicorp/go-multierror"
	"golang.org/x/sys/unix"
)

// Delete removes the project's folder and its GC roots with all that is in
// them, and the vmprov folder itself when it is left empty. It removes links
// and follows none, and stops at a mount.
func (f *Folder) Delete() error {
	var errs *multierror.Error
	for _, kind := range []string{projects, gcroots} {
		if err := f.deleteKind(kind); err != nil {
			errs = multierror.Append(errs, fmt.Errorf("delete %s: %w", filepath.Join(f.tree.anchor, f.folder(kind)), err))
		}
	}
	if errs.ErrorOrNil() != nil {
		return errs
	}
	if err := f.prune(); err != nil {
		return fmt.Errorf("delete %s: %w", filepath.Join(f.tree.anchor, f.base), err)
	}
	return nil
}

func (f *Folder) deleteKind(kind string) error {
	dir, err := f.tree.open(filepath.Join(f.base, kind), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	return deleteEntry(dir, f.project)
}

// deleteEntry removes one name of dir: a folder with what is in it, a link
// itself. A missing one is no error.
func deleteEntry(dir *os.Root, name string) error {
	info, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		if err := emptyFolder(dir, name); err != nil {
			return err
		}
	}
	if err := dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// emptyFolder removes what is in the folder called name, unless it is the
// root of a mount: that holds somebody's data, whatever its place.
func emptyFolder(parent *os.Root, name string) error {
	dir, err := parent.OpenRoot(name)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := checkSameMount(parent, dir, name); err != nil {
		return err
	}
	entries, err := entriesOf(dir)
	if err != nil {
		return err
	}
	var errs *multierror.Error
	for _, e := range entries {
		errs = multierror.Append(errs, deleteEntry(dir, e.Name()))
	}
	return errs.ErrorOrNil()
}

func checkSameMount(parent, dir *os.Root, name string) error {
	a, err := mountOf(parent)
	if err != nil {
		return err
	}
	b, err := mountOf(dir)
	if err != nil {
		return err
	}
	if a != b {
		return fmt.Errorf("%s is a mount, nothing in it is deleted; unmount it", name)
	}
	return nil
}

// mount tells one mount from another. The device alone does not: a bind mount
// of the same file system has the same (statx(2), STATX_MNT_ID).
type mount struct {
	id           uint64
	major, minor uint32
}

func mountOf(dir *os.Root) (mount, error) {
	f, err := dir.Open(".")
	if err != nil {
		return mount{}, err
	}
	defer f.Close()
	var st unix.Statx_t
	if err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st); err != nil {
		return mount{}, fmt.Errorf("statx: %w", err)
	}
	return mount{id: st.Mnt_id, major: st.Dev_major, minor: st.Dev_minor}, nil
}

// prune removes the folders that the project shared with others once they are empty.
func (f *Folder) prune() error {
	above, base := filepath.Split(f.base)
	dir, err := f.tree.open(filepath.Clean(above), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	for _, name := range []string{filepath.Join(base, projects), filepath.Join(base, gcroots), base} {
		if err := dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
	}
	return nil
}
