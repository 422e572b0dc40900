// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"
)

// nobody is a user that owns nothing.
var nobody = Credential{UID: 65534, GID: 65534}

// tree is a folder that everybody may pass.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	assert.NilError(t, os.Chmod(filepath.Dir(dir), 0o711))
	assert.NilError(t, os.MkdirAll(filepath.Join(dir, "open/private/deep"), 0o755))
	for _, file := range []string{"open/image", "open/private/image", "open/private/deep/image", "open/secret"} {
		assert.NilError(t, os.WriteFile(filepath.Join(dir, file), nil, 0o644))
	}
	assert.NilError(t, os.Chmod(filepath.Join(dir, "open/private"), 0o700))
	assert.NilError(t, os.Chmod(filepath.Join(dir, "open/secret"), 0o600))
	assert.NilError(t, os.Symlink("private/image", filepath.Join(dir, "open/link")))
	return dir
}

func TestPreflight(t *testing.T) {
	dir := tree(t)
	host := Host{Local: true, Session: true}
	at := func(name string) string { return filepath.Join(dir, name) }
	assert.NilError(t, unix.Mkfifo(at("pipe"), 0o600))
	assert.Error(t, host.Preflight("/dev/null", DiskFile), "/dev/null is not a block device")
	const mend = " (make it, or mend the path in the file)"
	for _, tc := range []struct {
		name, path string
		use        PathUse
		want       string
	}{
		{"a file", "open/image", ReadFile, ""},
		{"a folder for a file", "open", ReadFile, at("open") + " is a folder, not a file"},
		{"a folder", "open", ShareFolder, ""},
		{"a file for a folder", "open/image", ShareFolder, at("open/image") + " is not a folder"},
		{"missing", "open/gone/image", ReadFile, at("open/gone/image") + " does not exist, nor does " + at("open/gone") + mend},
		{"missing itself", "open/gone", ReadFile, at("open/gone") + " does not exist" + mend},
		{"a disk", "open/image", DiskFile, ""},
		{"a folder for a disk", "open", DiskFile, at("open") + " is a folder, not a file"},
		{"a pipe for a disk", "pipe", DiskFile, at("pipe") + " is not a regular file"},
		{"a missing share", "gone/x/y", ShareFolder, at("gone/x/y") + " does not exist, nor does " + at("gone") +
			" (make it, mend the path in the file, or have it made with `create: true`)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := host.Preflight(at(tc.path), tc.use)
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.Error(t, err, tc.want)
		})
	}
	assert.NilError(t, Host{}.Preflight("/gone", ReadFile), "nothing is known of a remote host's paths")
}

// TestPreflightAsQEMU: the first component that refuses QEMU's user is named.
func TestPreflightAsQEMU(t *testing.T) {
	skip.If(t, os.Geteuid() != 0, "root looks as another user")
	dir := tree(t)
	host := Host{Local: true, QEMUUser: nobody}
	at := func(name string) string { return filepath.Join(dir, name) }
	refuses := func(path, component, access string) string {
		return at(path) + " cannot be read by QEMU's user nobody: " + at(component) + " refuses (give it access: setfacl -m u:nobody:" + access + " " + at(component) + ")"
	}
	for _, tc := range []struct {
		path string
		use  PathUse
		want string
	}{
		{"open/image", ReadFile, ""},
		{"open/private/image", ReadFile, refuses("open/private/image", "open/private", "x")},
		{"open/private/deep/image", ReadFile, refuses("open/private/deep/image", "open/private", "x")},
		{"open/link", ReadFile, refuses("open/link", "open/private", "x")},
		{"open/secret", ReadFile, refuses("open/secret", "open/secret", "r")},
		{"open/secret", DiskFile, ""}, // libvirt hands it over
		{"open/private/image", DiskFile, refuses("open/private/image", "open/private", "x")},
		{"open/private", ShareFolder, ""}, // virtiofsd is root
	} {
		t.Run(tc.path, func(t *testing.T) {
			err := host.Preflight(at(tc.path), tc.use)
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.Error(t, err, tc.want)
		})
	}
	// The rights of the other user do not leak into this thread or another.
	_, err := os.ReadFile(at("open/private/image"))
	assert.NilError(t, err)
	host.QEMUUser = Credential{}
	assert.NilError(t, host.Preflight(at("open/secret"), ReadFile), "a libvirt that does not say who runs QEMU")
}

func TestFirstMissing(t *testing.T) {
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for _, tc := range []struct{ path, want string }{
		{dir + "/a/b/c", dir + "/a"},
		{dir + "/file", dir + "/file"},
		{dir + "/./x/../a//b", dir + "/a"},
		{"/", "/"},
	} {
		assert.Check(t, firstMissing(tc.path) == tc.want, "%s: %s", tc.path, firstMissing(tc.path))
	}
}
