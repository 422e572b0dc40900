// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"
)

// TestMakeFolderAsOwner: root makes what the owner could have made, with the
// owner's rights, and nothing else.
func TestMakeFolderAsOwner(t *testing.T) {
	skip.If(t, os.Geteuid() != 0, "root acts for another user")
	dir := tree(t)
	home, roots := filepath.Join(dir, "home"), filepath.Join(dir, "roots")
	assert.NilError(t, os.Mkdir(home, 0o755))
	assert.NilError(t, os.Chown(home, nobody.UID, nobody.GID))
	assert.NilError(t, os.Mkdir(roots, 0o755))
	assert.NilError(t, os.Symlink(roots, filepath.Join(home, "out")))

	made := filepath.Join(home, "a", "b")
	assert.NilError(t, MakeFolder(nobody, made))
	for _, path := range []string{made, filepath.Dir(made)} {
		info, err := os.Stat(path)
		assert.NilError(t, err)
		stat := info.Sys().(*syscall.Stat_t)
		assert.Check(t, int(stat.Uid) == nobody.UID && int(stat.Gid) == nobody.GID, path)
	}
	assert.NilError(t, MakeFolder(nobody, made), "one that is there is left as it is")

	out := filepath.Join(home, "out", "new")
	assert.Error(t, MakeFolder(nobody, out), "mkdir "+out+": permission denied (as nobody, whose configuration it is)")
	_, err := os.Stat(filepath.Join(roots, "new"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestMakeFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	assert.NilError(t, MakeFolder(Credential{UID: os.Geteuid()}, path))
	info, err := os.Stat(path)
	assert.NilError(t, err)
	assert.Check(t, info.IsDir())
}
