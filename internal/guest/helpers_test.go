// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"io"
	"os"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/state"
)

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

// folderIn is the state folder of the project fstests with home as HOME.
func folderIn(t *testing.T, home string) *state.Folder {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", "")
	f, err := state.Open(state.User{UID: os.Geteuid(), GID: os.Getegid(), Home: home}, "fstests")
	assert.NilError(t, err)
	return f
}

// newLogin is a login to a server on the loopback, with a key of its own.
func newLogin(t *testing.T, port int) Login {
	t.Helper()
	f := folderIn(t, t.TempDir())
	pair, err := EnsureKeyPair(f, "")
	assert.NilError(t, err)
	return Login{
		Guest: "xfs-1", Address: "127.0.0.1", Port: port, User: "root", Key: pair,
		HostKeyAlias: "xfs-1.fstests.1", Folder: f,
	}
}

func copyAll(dst io.Writer, src io.Reader) (int64, error) { return io.Copy(dst, src) }
