// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"
)

// TestKeysByTmpfiles runs the rules through the real systemd-tmpfiles, twice:
// the image's own file is kept, what is added later comes in.
func TestKeysByTmpfiles(t *testing.T) {
	_, err := exec.LookPath("systemd-tmpfiles")
	skip.If(t, err != nil, "systemd-tmpfiles is not installed")
	skip.If(t, os.Geteuid() != 0, "systemd-tmpfiles gives files away, which needs root")
	root := t.TempDir()
	assert.NilError(t, os.Mkdir(filepath.Join(root, "etc"), 0o755))
	assert.NilError(t, writeFile(filepath.Join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nkdev:x:1000:1000::/home/kdev:/bin/sh\n"))
	boot := func(keys ...string) {
		t.Helper()
		creds, err := keyCredentials("kdev", keys)
		assert.NilError(t, err)
		assert.Equal(t, len(creds), 1)
		conf := filepath.Join(t.TempDir(), "extra.conf")
		assert.NilError(t, writeFile(conf, creds[0].value))
		out, err := exec.Command("systemd-tmpfiles", "--create", "--root="+root, conf).CombinedOutput()
		assert.NilError(t, err, "%s", out)
	}
	read := func(name string) string {
		t.Helper()
		path := filepath.Join(root, "home/kdev/.ssh", name)
		info, err := os.Stat(path)
		assert.NilError(t, err)
		assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
		data, err := os.ReadFile(path)
		assert.NilError(t, err)
		return string(data)
	}
	boot("one")
	assert.Equal(t, read("authorized_keys"), "one\n")
	boot("one", "two")
	assert.Equal(t, read("authorized_keys"), "one\n")
	assert.Equal(t, read("authorized_keys2"), "one\ntwo\n")
}
