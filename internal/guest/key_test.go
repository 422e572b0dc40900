// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"
)

// TestEnsureKeyPairProcesses lets processes make the pair at once: all must get
// the one that is in the file. (The test binary is the process.)
func TestEnsureKeyPairProcesses(t *testing.T) {
	home := t.TempDir()
	if dir := os.Getenv("VMPROV_TEST_KEY_HOME"); dir != "" {
		pair, err := EnsureKeyPair(folderIn(t, dir), "")
		assert.NilError(t, err)
		assert.NilError(t, writeFile(os.Getenv("VMPROV_TEST_KEY_OUT"), pair.Authorized))
		return
	}
	var all errgroup.Group
	const n = 6
	out := make([]string, n)
	for i := range n {
		out[i] = filepath.Join(t.TempDir(), "key")
		cmd := exec.Command(os.Args[0], "-test.run=^TestEnsureKeyPairProcesses$")
		cmd.Env = append(os.Environ(), "VMPROV_TEST_KEY_HOME="+home, "VMPROV_TEST_KEY_OUT="+out[i])
		all.Go(cmd.Run)
	}
	assert.NilError(t, all.Wait())
	f := folderIn(t, home)
	pair, err := EnsureKeyPair(f, "")
	assert.NilError(t, err)
	for i := range n {
		data, err := os.ReadFile(out[i])
		assert.NilError(t, err)
		assert.Equal(t, string(data), pair.Authorized)
	}
	info, err := os.Stat(pair.PrivatePath)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
	public, err := f.ReadFile(publicFile)
	assert.NilError(t, err)
	assert.Equal(t, string(public), pair.Authorized+"\n")
	// Whoever may log in sees the comment: it names neither the user nor the host.
	_, comment, _, _, err := ssh.ParseAuthorizedKey([]byte(pair.Authorized))
	assert.NilError(t, err)
	assert.Equal(t, comment, "vmprov-fstests")
}

// TestKeyPairOpenSSH has ssh-keygen read the private key.
func TestKeyPairOpenSSH(t *testing.T) {
	_, err := exec.LookPath("ssh-keygen")
	skip.If(t, err != nil, "ssh-keygen is not installed")
	pair, err := EnsureKeyPair(folderIn(t, t.TempDir()), "")
	assert.NilError(t, err)
	out, err := exec.Command("ssh-keygen", "-y", "-f", pair.PrivatePath).Output()
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(string(out)), pair.Authorized)
}

func TestEnsureKeyPairDamaged(t *testing.T) {
	f := folderIn(t, t.TempDir())
	assert.NilError(t, f.WriteFile(privateFile, []byte("no key"), 0o600))
	_, err := EnsureKeyPair(f, "")
	assert.ErrorContains(t, err, "delete it")
}

func TestIdentityFile(t *testing.T) {
	_, err := exec.LookPath("ssh-keygen")
	skip.If(t, err != nil, "ssh-keygen is not installed")
	f := folderIn(t, t.TempDir())
	dir := t.TempDir()
	make := func(name, passphrase string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-C", "me@host", "-N", passphrase, "-f", path).CombinedOutput()
		assert.NilError(t, err, "%s", out)
		return path
	}
	plain, locked := make("plain", ""), make("locked", "secret")

	pair, err := EnsureKeyPair(f, plain)
	assert.NilError(t, err)
	assert.Equal(t, pair.PrivatePath, plain)
	public, err := os.ReadFile(plain + ".pub")
	assert.NilError(t, err)
	assert.Assert(t, strings.HasPrefix(string(public), pair.Authorized))

	t.Setenv("SSH_AUTH_SOCK", "")
	_, err = EnsureKeyPair(f, locked)
	assert.ErrorContains(t, err, "ssh-add "+locked)

	t.Setenv("SSH_AUTH_SOCK", startAgent(t, locked, "secret"))
	pair, err = EnsureKeyPair(f, locked)
	assert.NilError(t, err)
	signature, err := pair.Signer.Sign(nil, []byte("data"))
	assert.NilError(t, err)
	assert.NilError(t, pair.Signer.PublicKey().Verify([]byte("data"), signature))
}

// startAgent serves an ssh-agent that holds one key.
func startAgent(t *testing.T, path, passphrase string) (socket string) {
	t.Helper()
	data, err := os.ReadFile(path)
	assert.NilError(t, err)
	private, err := ssh.ParseRawPrivateKeyWithPassphrase(data, []byte(passphrase))
	assert.NilError(t, err)
	keyring := agent.NewKeyring()
	assert.NilError(t, keyring.Add(agent.AddedKey{PrivateKey: private}))
	socket = filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	assert.NilError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(keyring, conn) }()
		}
	}()
	return socket
}
