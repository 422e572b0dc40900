// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh/knownhosts"
	"gotest.tools/v3/assert"

	"vmprov/internal/guest/guesttest"
	"vmprov/internal/state"
)

func TestForget(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_STATE_HOME", "")
	f, err := state.Open(state.User{UID: os.Geteuid(), GID: os.Getegid(), Home: home}, "p")
	assert.NilError(t, err)
	assert.NilError(t, Forget(t.Context(), f, "p", []string{"a"}), "nothing is known yet")
	key := guesttest.Key(t).PublicKey()
	line := func(host string) string { return knownhosts.Line([]string{host}, key) + "\n" }
	gone := []string{line(HostKeyAlias("a", "p", 1, "born")), line(HostKeyAlias("a", "p", 2, ""))}
	kept := []string{
		"# mine\n", line("a"), line("a.q.1.born"), line(HostKeyAlias("b", "p", 1, "born")), line("a.p.example.com.org"),
		"@revoked " + line(HostKeyAlias("a", "p", 1, "born")), knownhosts.Line([]string{"a.p.1", "other"}, key) + "\n",
	}
	assert.NilError(t, f.WriteFile(KnownHostsFile, []byte(strings.Join(append(gone, kept...), "")), 0o600))
	known, err := Known(f, "p")
	assert.NilError(t, err)
	assert.DeepEqual(t, known, map[string]uint64{"a": uint64(len(gone[0] + gone[1])), "b": uint64(len(kept[3]))})

	assert.NilError(t, Forget(t.Context(), f, "p", []string{"a"}))

	data, err := f.ReadFile(KnownHostsFile)
	assert.NilError(t, err)
	assert.Equal(t, string(data), strings.Join(kept, ""))
}
