// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// PathUse is what a path is needed for.
type PathUse int

// Uses of a path.
const (
	// ReadFile: QEMU's user reads a file.
	ReadFile PathUse = iota
	// ShareFolder: virtiofsd serves a folder. It runs as root under a system
	// libvirtd and as the user under a session one.
	ShareFolder
)

// Preflight checks that a path of the host is there and that whoever opens it
// may; the first component that refuses is named. Root looks as QEMU's user;
// anyone else sees only whether the path is there, and passes what he may not see.
// Nothing is known of a remote host's paths.
func (h Host) Preflight(path string, use PathUse) error {
	if !h.Local {
		return nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return missing(path)
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil // not ours to see; QEMU's user may
	}
	if err != nil {
		return err
	}
	if use == ShareFolder {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a folder", path)
		}
		return nil
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a folder, not a file", path)
	}
	if h.Session || h.QEMUUser == (Credential{}) || os.Geteuid() != 0 {
		return nil
	}
	return h.readableAsQEMU(path)
}

// missing names the first component that lacks, where it is not the path itself.
func missing(path string) error {
	if first := firstMissing(path); first != filepath.Clean(path) {
		return fmt.Errorf("%s does not exist, nor does %s (make it, or mend the path in the file)", path, first)
	}
	return fmt.Errorf("%s does not exist (make it, or mend the path in the file)", path)
}

// firstMissing is the first component of a path that does not exist.
func firstMissing(path string) string {
	for _, component := range components(path) {
		if _, err := os.Stat(component); errors.Is(err, fs.ErrNotExist) {
			return component
		}
	}
	return path
}

// components are a path's parents from the root on, and the path itself.
func components(path string) []string {
	path = filepath.Clean(path)
	out := []string{path}
	for path != "/" && path != "." {
		path = filepath.Dir(path)
		out = append([]string{path}, out...)
	}
	return out
}

// readableAsQEMU walks the path as QEMU's user. Links are resolved first: what
// counts is where the file is.
func (h Host) readableAsQEMU(path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	all := components(real)
	refused := ""
	if err := asUser(h.QEMUUser, groupsOf(h.QEMUUser), func() {
		for _, component := range all {
			mode := uint32(unix.X_OK)
			if component == real {
				mode = unix.R_OK
			}
			// A file that libvirt hands over (its owner changes at a start) is
			// not among these: those are vmprov's own volumes.
			if unix.Faccessat(unix.AT_FDCWD, component, mode, unix.AT_EACCESS) != nil {
				refused = component
				return
			}
		}
	}); err != nil {
		return err
	}
	if refused == "" {
		return nil
	}
	return fmt.Errorf("%s cannot be read by QEMU's user %s: %s refuses (give it access: setfacl -m u:%s:%s %s)",
		path, userName(h.QEMUUser), refused, userName(h.QEMUUser), accessBit(refused == real), refused)
}

func accessBit(file bool) string {
	if file {
		return "r"
	}
	return "x"
}

// asUser runs fn on a thread that has the file system rights of another user
// (setfsuid(2)); the thread ends with it, so no rights leak back.
func asUser(c Credential, groups []int, fn func()) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread is thrown away
		gids := make([]uint32, len(groups))
		for i, g := range groups {
			gids[i] = uint32(g)
		}
		// The raw calls change this thread alone; Go's own would change all.
		if err := setThreadGroups(gids); err != nil {
			done <- fmt.Errorf("look as user %d: %w", c.UID, err)
			return
		}
		if _, err := unix.SetfsgidRetGid(c.GID); err != nil {
			done <- fmt.Errorf("look as user %d: %w", c.UID, err)
			return
		}
		if _, err := unix.SetfsuidRetUid(c.UID); err != nil {
			done <- fmt.Errorf("look as user %d: %w", c.UID, err)
			return
		}
		fn()
		done <- nil
	}()
	return <-done
}

func groupsOf(c Credential) []int {
	groups := []int{c.GID}
	u, err := user.LookupId(strconv.Itoa(c.UID))
	if err != nil {
		return groups
	}
	ids, err := u.GroupIds()
	if err != nil {
		return groups
	}
	for _, id := range ids {
		if gid, err := strconv.Atoi(id); err == nil {
			groups = append(groups, gid)
		}
	}
	return groups
}

func userName(c Credential) string {
	if u, err := user.LookupId(strconv.Itoa(c.UID)); err == nil {
		return u.Username
	}
	return strconv.Itoa(c.UID)
}
