// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// Environment is what a configuration means besides its text.
type Environment struct {
	// File is the real path of the file; relative paths start at its folder.
	File string
	// Shown is the file as messages name it: as the user gave it. Default: File.
	Shown string
	// Owner is the user that owns the file; `~` is that user's home.
	Owner Owner
	// Connection is the libvirt URI of a file that names none (LIBVIRT_DEFAULT_URI); may be empty.
	Connection string
}

// environment gathers the Environment of the file at path.
func environment(path string) (Environment, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Environment{}, fmt.Errorf("find configuration %s: %w", path, err)
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return Environment{}, fmt.Errorf("find configuration: %w", err)
	}
	owner, err := ownerOf(real)
	if err != nil {
		return Environment{}, err
	}
	return Environment{
		File: real, Shown: path, Owner: owner,
		Connection: os.Getenv("LIBVIRT_DEFAULT_URI"),
	}, nil
}

// ownerOf is the user that owns a file. A number without an account is no
// error: it has no home, which matters only to a file that uses `~`.
func ownerOf(path string) (Owner, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Owner{}, fmt.Errorf("find owner of configuration: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Owner{}, fmt.Errorf("find owner of configuration %s: the file system does not tell", path)
	}
	uid := strconv.FormatUint(uint64(stat.Uid), 10)
	owner := Owner{UID: int(stat.Uid), GID: int(stat.Gid), Name: uid}
	account, err := user.LookupId(uid)
	if err != nil {
		return owner, nil
	}
	if gid, err := strconv.Atoi(account.Gid); err == nil {
		owner.GID = gid
	}
	owner.Name, owner.Home = account.Username, account.HomeDir
	return owner, nil
}

// ConnectionOr is the libvirt URI where there is no file: the one given, else
// LIBVIRT_DEFAULT_URI, else the system's.
func ConnectionOr(uri string) string {
	return cmp.Or(uri, os.Getenv("LIBVIRT_DEFAULT_URI"), defaultConnection)
}
