// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// DeadSocket says that a path is a unix socket that nothing is bound to, as far
// as this network namespace knows (proc(5), /proc/net/unix). It connects to
// nothing and follows no link.
func DeadSocket(path string) bool {
	bound, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(bound)) {
		if strings.HasSuffix(strings.TrimSuffix(line, "\n"), " "+path) {
			return false
		}
	}
	folder, err := openFolder(filepath.Dir(path))
	if err != nil {
		return false
	}
	defer unix.Close(folder)
	return isSocket(folder, filepath.Base(path)) == nil
}

// RemoveSocket removes a unix socket that nothing is bound to; one that is gone
// is no error. No link on the way is followed: root may act in another's folder.
func RemoveSocket(path string) error {
	folder, err := openFolder(filepath.Dir(path))
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove socket %s: %w", path, err)
	}
	defer unix.Close(folder)
	name := filepath.Base(path)
	err = isSocket(folder, name)
	if err == nil {
		err = unix.Unlinkat(folder, name, 0)
	}
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("remove socket %s: %w", path, err)
	}
	return nil
}

func openFolder(path string) (int, error) {
	return unix.Openat2(unix.AT_FDCWD, path, &unix.OpenHow{
		Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS,
	})
}

func isSocket(folder int, name string) error {
	var st unix.Stat_t
	if err := unix.Fstatat(folder, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFSOCK {
		return errors.New("it is no socket")
	}
	return nil
}
