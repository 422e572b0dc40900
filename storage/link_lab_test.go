// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"
)

// TestLabDeleteFollowsNoLink: whatever a link in a pool leads to stays (make e2e).
func TestLabDeleteFollowsNoLink(t *testing.T) {
	if os.Getenv("VMPROV_LAB") != "1" {
		t.Skip("NOT RUN: needs a private libvirtd (make e2e)")
	}
	conn, err := libvirt.NewConnect("qemu:///system")
	assert.NilError(t, err)
	t.Cleanup(func() { _, _ = conn.Close() })
	dir := t.TempDir()
	const pool, uuid = "lab-links", "2b0e5e5c-0000-4000-8000-000000000001"
	assert.NilError(t, Make(conn, pool, uuid, filepath.Join(dir, "pool")))
	file, folder := filepath.Join(dir, "file"), filepath.Join(dir, "folder")
	assert.NilError(t, os.WriteFile(file, []byte("mine"), 0o600))
	assert.NilError(t, os.Mkdir(folder, 0o700))
	toFile, toFolder := filepath.Join(dir, "pool/to-file"), filepath.Join(dir, "pool/to-folder")
	assert.NilError(t, os.Symlink(file, toFile))
	assert.NilError(t, os.Symlink(folder, toFolder))
	found, err := Find(t.Context(), conn, pool, "")
	assert.NilError(t, err)
	assert.DeepEqual(t, found.Volumes, map[string]bool{"to-file": true, "to-folder": true})

	assert.NilError(t, Delete(t.Context(), conn, pool, "to-file"))
	_, err = os.Lstat(toFile)
	assert.Assert(t, os.IsNotExist(err), "the link itself is the volume")
	data, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.Equal(t, string(data), "mine")

	assert.ErrorContains(t, Delete(t.Context(), conn, pool, "to-folder"), "Not a directory")
	_, err = os.Stat(folder)
	assert.NilError(t, err)
	assert.Assert(t, IsLink(toFolder))
	assert.NilError(t, os.Remove(toFolder))
	removed, err := RemoveEmpty(t.Context(), conn, uuid)
	assert.NilError(t, err)
	assert.Assert(t, removed)
}
