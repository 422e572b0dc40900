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
	"strings"

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
	// DiskFile: QEMU has a file or a block device as a disk. libvirt hands it over
	// to QEMU's user for the run, so only the way to it must be open.
	DiskFile
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
		return missing(path, use)
	}
	if errors.Is(err, fs.ErrPermission) {
		if use == ShareFolder && (h.Session || os.Geteuid() == 0) {
			return unreachable(path)
		}
		return nil // not ours to see; QEMU's user may
	}
	if err != nil {
		return err
	}
	if use == ShareFolder {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a folder", path)
		}
		return h.servable(path)
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a folder, not a file", path)
	}
	if use == DiskFile {
		return h.usableAsDisk(path, info)
	}
	if h.Session || h.QEMUUser == (Credential{}) || os.Geteuid() != 0 {
		return nil
	}
	return h.openToQEMU(path, unix.R_OK)
}

// usableAsDisk checks a file or a block device that a guest has as a disk.
func (h Host) usableAsDisk(path string, info fs.FileInfo) error {
	device := info.Mode().Type() == fs.ModeDevice
	below := strings.HasPrefix(path, "/dev/")
	switch {
	case below && !device:
		return fmt.Errorf("%s is not a block device", path)
	case !below && device:
		return fmt.Errorf("%s is a block device (name the one below /dev that it is)", path)
	case !below && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	case h.Session && unix.Access(path, unix.R_OK|unix.W_OK) != nil:
		return fmt.Errorf("%s cannot be written by you, as whom a session's QEMU runs (give yourself access, or use qemu:///system)", path)
	case h.Session, below, h.QEMUUser == (Credential{}), os.Geteuid() != 0:
		return nil // libvirt makes QEMU's nodes of devices itself
	}
	return h.openToQEMU(path, 0)
}

// servable checks that virtiofsd can list a folder: as root, whom a network's
// or a user's own file system may refuse, or as the user of the session.
func (h Host) servable(path string) error {
	if (h.Session || os.Geteuid() == 0) && unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK|unix.X_OK, unix.AT_EACCESS) != nil {
		return unreachable(path)
	}
	return nil
}

// unreachable names the first component of a folder that refuses virtiofsd.
func unreachable(path string) error {
	refused := path
	for _, component := range components(path) {
		if _, err := os.Stat(component); errors.Is(err, fs.ErrPermission) {
			refused = filepath.Dir(component)
			break
		}
	}
	return fmt.Errorf("%s cannot be read by virtiofsd, which runs as %s: %s refuses (give it access, or share another folder)",
		path, userName(Credential{UID: os.Geteuid()}), refused)
}

// missing names the first component that lacks, where it is not the path itself.
func missing(path string, use PathUse) error {
	advice := "make it, or mend the path in the file"
	if use == ShareFolder {
		advice = "make it, mend the path in the file, or have it made with `create: true`"
	}
	if first := firstMissing(path); first != filepath.Clean(path) {
		return fmt.Errorf("%s does not exist, nor does %s (%s)", path, first, advice)
	}
	return fmt.Errorf("%s does not exist (%s)", path, advice)
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

// openToQEMU walks the path as QEMU's user, who needs this mode of access to the
// file itself, 0 for none. Links are resolved first: what counts is where the
// file is.
func (h Host) openToQEMU(path string, access uint32) error {
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
				mode = access // 0 asks whether it is there
			}
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
