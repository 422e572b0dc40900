// SPDX-License-Identifier: Apache-2.0

package state

import (
	"os"
	"testing"

	"gotest.tools/v3/assert"
)

func TestFiles(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "")
	f, err := Open(User{UID: os.Geteuid(), GID: os.Getegid(), Home: t.TempDir()}, "p")
	assert.NilError(t, err)
	files, err := f.Files()
	assert.NilError(t, err)
	assert.Equal(t, len(files), 0)

	half := temporaryName("known_hosts")
	for _, name := range []string{"known_hosts", half, ".hidden", "sub/file"} {
		assert.NilError(t, f.WriteFile(name, []byte("12345"), 0o600))
	}
	assert.NilError(t, os.Symlink("known_hosts", f.Path("link")))
	files, err = f.Files()
	assert.NilError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		assert.Equal(t, file.Bytes, uint64(5))
		assert.Assert(t, !file.Changed.IsZero())
		found[file.Name] = file.Temporary()
	}
	assert.DeepEqual(t, found, map[string]bool{"known_hosts": false, half: true, ".hidden": false})
}
