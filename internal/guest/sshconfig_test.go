// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"gotest.tools/v3/skip"

	"vmprov/internal/guest/guesttest"
	"vmprov/internal/state"
)

func TestSSHConfig(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "")
	f, err := state.Open(state.User{UID: os.Geteuid(), Home: "/home/a user"}, "fstests")
	assert.NilError(t, err)
	logins := []Login{
		{Guest: "xfs-1", Address: "10.47.0.2", User: "root", Key: KeyPair{PrivatePath: f.Path("id_ed25519")}, HostKeyAlias: "xfs-1.fstests.1", Folder: f},
		{Guest: "xfs-2", Address: "fd00::2", Port: 2222, User: "k dev", Key: KeyPair{PrivatePath: "/keys/100%/#1\nProxyCommand x"}, HostKeyAlias: "xfs-2.fstests.3", Folder: f},
	}
	golden.Assert(t, SSHConfig("fstests", logins), "ssh_config.golden")
}

// TestSSHConfigParsed has the real ssh read what it will be given.
func TestSSHConfigParsed(t *testing.T) {
	_, err := exec.LookPath("ssh")
	skip.If(t, err != nil, "ssh is not installed")
	home := filepath.Join(t.TempDir(), `a "b" 100% \x #d`)
	f := folderIn(t, home)
	l := Login{Guest: "xfs-1", Address: "fd00::2", Port: 2222, User: "k dev", Key: KeyPair{PrivatePath: f.Path("id_ed25519")}, HostKeyAlias: "xfs-1.fstests.1", Folder: f}
	config := filepath.Join(t.TempDir(), "config")
	assert.NilError(t, writeFile(config, SSHConfig("fstests", []Login{l})))
	for _, alias := range []string{"xfs-1", "xfs-1.fstests"} {
		out, err := exec.Command("ssh", "-G", "-F", config, alias).CombinedOutput()
		assert.NilError(t, err, "%s", out)
		got := "\n" + string(out)
		for _, want := range []string{
			"hostname fd00::2", "port 2222", "user k dev", "identitiesonly yes", "hostkeyalias xfs-1.fstests.1",
			"stricthostkeychecking accept-new", "hashknownhosts no", "loglevel ERROR",
			// ssh -G prints this one with the percent sign still doubled.
			"identityfile " + strings.ReplaceAll(f.Path("id_ed25519"), "%", "%%"),
			"userknownhostsfile " + f.Path("known_hosts"),
		} {
			assert.Assert(t, strings.Contains(got, "\n"+want+"\n"), "%s lacks %q:\n%s", alias, want, got)
		}
	}
}

// TestSSHAndDialAgree logs in by turns with the real ssh and with Dial: each
// takes the host key that the other accepted, and refuses a changed one.
func TestSSHAndDialAgree(t *testing.T) {
	_, err := exec.LookPath("ssh")
	skip.If(t, err != nil, "ssh is not installed")
	server := guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t)}, Run: func(line string) (string, string, int) {
		return "ran " + line, "", 3
	}}
	l := newLogin(t, server.Start(t))
	run := func(l Login) (string, int) {
		config := filepath.Join(t.TempDir(), "config")
		assert.NilError(t, writeFile(config, SSHConfig("fstests", []Login{l})))
		cmd := exec.CommandContext(t.Context(), "ssh", "-F", config, l.Guest, "--", "true")
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	dial := func(l Login) {
		t.Helper()
		c, err := Dial(t.Context(), l)
		assert.NilError(t, err)
		assert.NilError(t, c.Close())
	}
	out, exit := run(l)
	assert.Equal(t, out, "ran true")
	assert.Equal(t, exit, 3)
	dial(l)
	second := l
	second.HostKeyAlias, second.PreviousAlias = "xfs-1.fstests.2", l.HostKeyAlias
	dial(second)
	_, exit = run(second)
	assert.Equal(t, exit, 3)
	data, err := l.Folder.ReadFile(KnownHostsFile)
	assert.NilError(t, err)
	assert.Equal(t, strings.Count(string(data), "\n"), 2)

	second.Port = guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t)}}.Start(t)
	out, exit = run(second)
	assert.Equal(t, exit, 255, out)
}

// TestQuote has a real shell take the words apart again.
func TestQuote(t *testing.T) {
	argv := []string{"printf", `%s\n`, "a b", "it's", "", "$HOME `id` \\ \"x\"", "two\nlines", "*"}
	out, err := exec.Command("/bin/sh", "-c", Quote(argv)).Output()
	assert.NilError(t, err)
	assert.Equal(t, string(out), strings.Join(argv[2:], "\n")+"\n")
}
