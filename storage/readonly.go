// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// IsReadOnly says that nobody can write through a path: its mount or its file
// system is read-only (statfs(2)).
func IsReadOnly(path string) (bool, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return false, fmt.Errorf("look at the mount of %s: %w", path, err)
	}
	return s.Flags&unix.ST_RDONLY != 0, nil
}

// mounting keeps two guests that start at once from mounting one over the other.
// Processes are kept apart by the project's lock.
var mounting sync.Mutex

// MountReadOnly makes target, a folder that is made where it is missing, a
// read-only view of the folder source (a bind mount). It is idempotent. The view
// is read-only before it can be seen, so that nothing can be written through it
// meanwhile (mount_setattr(2), Linux 5.12 and later). It takes root.
func MountReadOnly(source, target string) error {
	mounting.Lock()
	defer mounting.Unlock()
	same, err := isViewOf(source, target)
	if same || err != nil {
		return err
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return fmt.Errorf("make a read-only view of %s: %w", source, err)
	}
	if err := mountReadOnly(source, target); err != nil {
		return fmt.Errorf("make a read-only view of %s at %s: %w", source, target, err)
	}
	return nil
}

func mountReadOnly(source, target string) error {
	tree, err := unix.OpenTree(unix.AT_FDCWD, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("open_tree", err)
	}
	defer func() { _ = unix.Close(tree) }()
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		return os.NewSyscallError("mount_setattr", err)
	}
	// What is mounted later at the source must not appear here, and the reverse.
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return os.NewSyscallError("move_mount", err)
	}
	return nil
}

// isViewOf says that target shows the folder source read-only already. A mount
// of something else there is an error.
func isViewOf(source, target string) (bool, error) {
	mounted, err := isMountPoint(target)
	if err != nil || !mounted {
		return false, err
	}
	want, err := os.Stat(source)
	if err != nil {
		return false, fmt.Errorf("make a read-only view: %w", err)
	}
	have, err := os.Stat(target)
	if err != nil {
		return false, fmt.Errorf("make a read-only view: %w", err)
	}
	readOnly, err := IsReadOnly(target)
	if err != nil {
		return false, err
	}
	if !os.SameFile(want, have) || !readOnly {
		return false, fmt.Errorf("make a read-only view of %s at %s: something else is mounted there (umount %s)", source, target, target)
	}
	return true, nil
}

// isMountPoint says that something is mounted at a path (statx(2)).
func isMountPoint(path string) (bool, error) {
	var s unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, 0, &s)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at %s: %w", path, err)
	}
	return s.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0, nil
}

// Unmount ends a read-only view and removes its folder, and folders above that
// are empty then, up to and without the folder top. It is idempotent, follows
// no link, and deletes no file: what is not empty stays.
func Unmount(target, top string) error {
	for {
		mounted, err := isMountPoint(target)
		if err != nil {
			return err
		}
		if !mounted {
			break
		}
		if err := unix.Unmount(target, unix.UMOUNT_NOFOLLOW); err != nil {
			return fmt.Errorf("end the read-only view %s: %w", target, os.NewSyscallError("umount2", err))
		}
	}
	for folder := target; folder != top && len(folder) > len(top); folder = filepath.Dir(folder) {
		if err := unix.Rmdir(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil // in use by another view, or not ours
		}
	}
	return nil
}
