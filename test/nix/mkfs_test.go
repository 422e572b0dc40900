// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestMkfsGuard runs the script that the storage module writes, on files that
// stand for disks.
func TestMkfsGuard(t *testing.T) {
	nixpkgsLib(t)
	lookPath(t, "bash", "blkid", "mkfs.ext4", "sfdisk", "dd")

	t.Run("formats a blank disk with its arguments", func(t *testing.T) {
		disk := blankDisk(t)
		out, err := runMkfs(t, disk)
		assert.NilError(t, err, "%s", out)
		probed := probe(t, disk)
		assert.Assert(t, strings.Contains(probed, "TYPE=ext4"), "%s", probed)
		assert.Assert(t, strings.Contains(probed, "BLOCK_SIZE=2048"), "%s", probed)

		// The second boot finds it and leaves it.
		before := digest(t, disk)
		out, err = runMkfs(t, disk)
		assert.NilError(t, err, "%s", out)
		assert.Assert(t, strings.Contains(out, "is not blank, left as it is"), "%s", out)
		assert.Equal(t, digest(t, disk), before)
	})

	for _, c := range []struct {
		name string
		fill []string
	}{
		{"another file system", []string{"mkfs.ext4", "-q", "-b", "4096"}},
		{"a partition table", []string{"sfdisk", "--quiet"}},
	} {
		t.Run("leaves "+c.name, func(t *testing.T) {
			disk := blankDisk(t)
			cmd := exec.CommandContext(t.Context(), c.fill[0], append(c.fill[1:], disk)...)
			cmd.Stdin = strings.NewReader("label: gpt\n,\n")
			made, err := cmd.CombinedOutput()
			assert.NilError(t, err, "%s", made)
			before := digest(t, disk)
			out, err := runMkfs(t, disk)
			assert.NilError(t, err, "%s", out)
			assert.Equal(t, digest(t, disk), before)
		})
	}

	t.Run("leaves what blkid cannot tell", func(t *testing.T) {
		disk := blankDisk(t)
		two(t, disk)
		before := digest(t, disk)
		out, err := runMkfs(t, disk)
		assert.ErrorContains(t, err, "exit status 1")
		assert.Assert(t, strings.Contains(out, "blkid cannot tell what"), "%s", out)
		assert.Equal(t, digest(t, disk), before)
	})

	t.Run("fails on a disk that is not there", func(t *testing.T) {
		disk := filepath.Join(t.TempDir(), "absent")
		out, err := runMkfs(t, disk)
		assert.ErrorContains(t, err, "exit status 1", "%s", out)
		_, err = os.Stat(disk)
		assert.ErrorIs(t, err, os.ErrNotExist)
	})

	t.Run("fails on a disk that cannot be read", func(t *testing.T) {
		// Reading a folder fails, as reading a broken disk does.
		out, err := runMkfs(t, t.TempDir())
		assert.ErrorContains(t, err, "exit status 1", "%s", out)
		assert.Assert(t, !strings.Contains(out, "mkfs"), "%s", out)
	})
}

// runMkfs runs the unit's script as NixOS does, with bash -e.
func runMkfs(t *testing.T, disk string) (string, error) {
	t.Helper()
	// The module wants a device below /dev: the disk's name is put in there.
	got := evaluate(t, `(configOf [ backends.imageless mounts.storage {
		nixos-flake.storage."/mnt/x" = {
			device = "/dev" + `+nixString(disk)+`; fsType = "ext4"; mkfsArgs = [ "-q" "-b" "2048" ];
		};
	} ]).systemd.services.mkfs-mnt-x.script`)
	script := strings.ReplaceAll(got.(string), "/dev"+disk, disk)
	assert.Assert(t, strings.Contains(script, disk))
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", script)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func blankDisk(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk with a space")
	assert.NilError(t, os.WriteFile(path, nil, 0o600))
	assert.NilError(t, os.Truncate(path, 64<<20))
	return path
}

// two writes the signatures of two file systems that blkid finds both of.
func two(t *testing.T, disk string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "mkfs.ext4", "-q", disk).CombinedOutput()
	assert.NilError(t, err, "%s", out)
	f, err := os.OpenFile(disk, os.O_WRONLY, 0)
	assert.NilError(t, err)
	defer f.Close()
	// An ISO 9660 volume begins at 32 KiB, where ext4 has nothing to check.
	_, err = f.WriteAt([]byte("\x01CD001\x01"), 32<<10)
	assert.NilError(t, err)
	status := exec.CommandContext(t.Context(), "blkid", "--probe", disk).Run()
	assert.ErrorContains(t, status, "exit status 8", "blkid finds no contradiction")
}

func probe(t *testing.T, disk string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "blkid", "--probe", "--output", "export", disk).CombinedOutput()
	assert.NilError(t, err, "%s", out)
	return string(out)
}

func digest(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	assert.NilError(t, err)
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	assert.NilError(t, err)
	return hex.EncodeToString(h.Sum(nil))
}
