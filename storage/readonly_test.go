// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"
)

// TestMountReadOnly runs itself in a mount namespace of its own.
func TestMountReadOnly(t *testing.T) {
	const inside = "VMPROV_TEST_MOUNTS"
	if os.Getenv(inside) == "" {
		if os.Geteuid() != 0 {
			t.Skip("mounting takes root")
		}
		cmd := exec.Command("unshare", "--mount", "--propagation", "private", os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		out, err := cmd.CombinedOutput()
		assert.NilError(t, err, "%s", out)
		return
	}
	source, top := t.TempDir(), t.TempDir()
	target := filepath.Join(top, "project", "store")
	assert.NilError(t, os.WriteFile(filepath.Join(source, "file"), []byte("x"), 0o644))
	var g errgroup.Group
	for range 8 { // one does it, and the others find it done
		g.Go(func() error { return MountReadOnly(source, target) })
	}
	assert.NilError(t, g.Wait())
	mounts, err := os.ReadFile("/proc/self/mounts")
	assert.NilError(t, err)
	assert.Equal(t, strings.Count(string(mounts), " "+target+" "), 1)
	data, err := os.ReadFile(filepath.Join(target, "file"))
	assert.NilError(t, err)
	assert.Equal(t, string(data), "x")
	assert.ErrorIs(t, os.WriteFile(filepath.Join(target, "file"), []byte("y"), 0o644), unix.EROFS)
	assert.NilError(t, os.WriteFile(filepath.Join(source, "file"), []byte("y"), 0o644), "the source stays writable")

	readOnly, err := IsReadOnly(target)
	assert.NilError(t, err)
	assert.Assert(t, readOnly)
	readOnly, err = IsReadOnly(source)
	assert.NilError(t, err)
	assert.Assert(t, !readOnly)

	assert.ErrorContains(t, MountReadOnly(t.TempDir(), target), "something else is mounted there")

	for range 2 {
		assert.NilError(t, Unmount(target, top))
	}
	entries, err := os.ReadDir(top)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 0)
	_, err = os.Stat(filepath.Join(source, "file"))
	assert.NilError(t, err)

	// A folder that holds something stays.
	assert.NilError(t, os.MkdirAll(target, 0o755))
	assert.NilError(t, os.WriteFile(filepath.Join(target, "theirs"), nil, 0o644))
	assert.NilError(t, Unmount(target, top))
	_, err = os.Stat(filepath.Join(target, "theirs"))
	assert.NilError(t, err)
}

func TestMountReadOnlyRefuses(t *testing.T) {
	assert.ErrorIs(t, MountReadOnly("/nowhere", filepath.Join(t.TempDir(), "a")), os.ErrNotExist)
	_, err := IsReadOnly("/nowhere")
	assert.ErrorContains(t, err, "look at the mount of /nowhere")
}
