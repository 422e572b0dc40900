// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestOpen(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	assert.NilError(t, err)
	other := t.TempDir()
	link := filepath.Join(other, "link")
	assert.NilError(t, os.Symlink(dir, link))
	held, err := os.Create(filepath.Join(dir, "held"))
	assert.NilError(t, err)
	defer held.Close()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "closed"), nil, 0o600))

	assert.DeepEqual(t, Open(dir), map[string]bool{filepath.Join(dir, "held"): true})
	assert.DeepEqual(t, Open(link), map[string]bool{filepath.Join(link, "held"): true})
	assert.DeepEqual(t, Open(other), map[string]bool{})
	assert.DeepEqual(t, Open(filepath.Join(dir, "hel")), map[string]bool{})
}

func TestSockets(t *testing.T) {
	dir, err := os.MkdirTemp("", "sock") // a socket's path has 107 characters at most
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, os.RemoveAll(dir)) })
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "gdb.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	assert.NilError(t, err)
	listener.SetUnlinkOnClose(false)
	assert.Assert(t, !DeadSocket(path), "somebody listens")
	assert.NilError(t, listener.Close())
	assert.Assert(t, DeadSocket(path), "nobody does any more")

	file, link, folder := filepath.Join(dir, "file"), filepath.Join(dir, "link"), filepath.Join(dir, "folder")
	assert.NilError(t, os.WriteFile(file, nil, 0o600))
	assert.NilError(t, os.Symlink(path, link))
	assert.NilError(t, os.Symlink(dir, folder))
	for _, no := range []string{file, link, filepath.Join(folder, "gdb.sock"), filepath.Join(dir, "none")} {
		assert.Check(t, !DeadSocket(no), no)
	}
	for _, no := range []string{file, link, filepath.Join(folder, "gdb.sock")} {
		assert.Check(t, RemoveSocket(no) != nil, no)
	}
	assert.NilError(t, RemoveSocket(path))
	assert.Assert(t, !DeadSocket(path))
	assert.NilError(t, RemoveSocket(path), "one that is gone")
	assert.NilError(t, RemoveSocket("/nosuch/folder/gdb.sock"))
}

func TestRemoveTPM(t *testing.T) {
	dir := t.TempDir()
	tpm := filepath.Join(dir, "uuid")
	outside := filepath.Join(t.TempDir(), "precious")
	assert.NilError(t, os.WriteFile(outside, []byte("x"), 0o600))
	assert.NilError(t, os.MkdirAll(filepath.Join(tpm, "tpm2"), 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(tpm, "tpm2/tpm2-00.permall"), nil, 0o600))
	assert.NilError(t, os.Symlink(outside, filepath.Join(tpm, "tpm2/.lock")))
	notes := filepath.Join(tpm, "tpm2/notes")
	assert.NilError(t, os.WriteFile(notes, nil, 0o600))

	assert.ErrorContains(t, RemoveTPM(tpm), "directory not empty")
	_, err := os.Stat(notes)
	assert.NilError(t, err, "what is not swtpm's stays")
	assert.NilError(t, os.Remove(notes))
	assert.NilError(t, RemoveTPM(tpm))
	_, err = os.Lstat(tpm)
	assert.Assert(t, os.IsNotExist(err))
	_, err = os.Stat(outside)
	assert.NilError(t, err, "a link is removed and not followed")
	assert.NilError(t, RemoveTPM(tpm), "one that is gone")
}
