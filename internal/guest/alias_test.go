// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
	"gotest.tools/v3/assert"

	"vmprov/internal/guest/guesttest"
)

// TestKnownHostsForgetsFormer: a new key takes the place of those that the
// guest had before, but for the overlay that a recycle may go back to.
func TestKnownHostsForgetsFormer(t *testing.T) {
	old := guesttest.Key(t).PublicKey()
	line := func(hosts ...string) string { return knownhosts.Line(hosts, old) + "\n" }
	kept := []string{
		"# mine\n",
		line("xfs-1.fstests.4.new"),
		line("xfs-12.fstests.1"),
		line("xfs-1.other.1"),
		"@revoked " + line("xfs-1.fstests.1.old"),
		line("xfs-1"),
		line("xfs-1.fstests.1", "mine"),
		"no line of known_hosts\n",
	}
	former := []string{line("xfs-1.fstests.3.new"), line("xfs-1.fstests.4.old"), line("xfs-1.fstests.4")}

	l := newLogin(t, guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t)}}.Start(t))
	l.HostKeyAlias, l.PreviousAlias = HostKeyAlias("xfs-1", "fstests", 5, "new"), HostKeyAlias("xfs-1", "fstests", 4, "new")
	assert.NilError(t, l.Folder.WriteFile(KnownHostsFile, []byte(strings.Join(append(former, kept...), "")), 0o600))
	c, err := Dial(t.Context(), l)
	assert.NilError(t, err)
	assert.NilError(t, c.Close())
	data, err := l.Folder.ReadFile(KnownHostsFile)
	assert.NilError(t, err)
	rest, ok := strings.CutPrefix(string(data), strings.Join(kept, ""))
	assert.Assert(t, ok, "%s", data)
	assert.Assert(t, strings.HasPrefix(rest, "xfs-1.fstests.5.new ssh-ed25519 "), rest)
	assert.Equal(t, strings.Count(rest, "\n"), 1)
}
