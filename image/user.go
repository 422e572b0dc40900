// SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// StoreFolder is where nix keeps what it builds.
const StoreFolder = "/nix/store"

const daemonSocket = "/nix/var/nix/daemon-socket/socket"

// actsFor reports whether this process is root working for another user.
func actsFor(u *User) bool { return u != nil && os.Geteuid() == 0 && u.UID != 0 }

// rightsFor is the user that nix runs as: u when root works for u and u can
// use the store (by the daemon, or because it is u's), else nil for the
// process's own rights.
func rightsFor(u *User) *User {
	if actsFor(u) && (daemonAnswers() || storeBelongsTo(u.UID)) {
		return u
	}
	return nil
}

func daemonAnswers() bool {
	socket := os.Getenv("NIX_DAEMON_SOCKET_PATH")
	if socket == "" {
		socket = daemonSocket
	}
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

func storeBelongsTo(uid int) bool {
	info, err := os.Stat(StoreFolder)
	return err == nil && owner(info) == uid
}

func owner(info os.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }

// become makes cmd run as u, with u's groups and without what the environment
// says of root's own folders.
func become(cmd *exec.Cmd, u *User) error {
	groups, err := groupsOf(u)
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{
		Uid: uint32(u.UID), Gid: uint32(u.GID), Groups: groups,
	}}
	cmd.Env = environmentOf(u, os.Environ())
	return nil
}

func groupsOf(u *User) ([]uint32, error) {
	account := &user.User{Username: u.Name, Gid: strconv.Itoa(u.GID)}
	names, err := account.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("find groups of %s: %w", u.Name, err)
	}
	var groups []uint32
	for _, name := range names {
		gid, err := strconv.ParseUint(name, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("find groups of %s: %w", u.Name, err)
		}
		groups = append(groups, uint32(gid))
	}
	return groups, nil
}

func environmentOf(u *User, environ []string) []string {
	kept := slices.DeleteFunc(slices.Clone(environ), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK":
			return true
		}
		return strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "SUDO_")
	})
	return append(kept, "HOME="+u.Home, "USER="+u.Name, "LOGNAME="+u.Name)
}

// tamperer is the user who can change where path leads: the owner of its
// first component that is not root's. nil when that is root alone.
func tamperer(path string) (*User, error) {
	at := "/"
	for name := range strings.SplitSeq(strings.Trim(filepath.Clean(path), "/"), "/") {
		at = filepath.Join(at, name)
		info, err := os.Lstat(at)
		if err != nil {
			return nil, err
		}
		if uid := owner(info); uid != 0 {
			return userOf(uid)
		}
	}
	return nil, nil
}

func userOf(uid int) (*User, error) {
	account, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return nil, err
	}
	return &User{UID: uid, GID: gid, Name: account.Username, Home: account.HomeDir}, nil
}
