// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"

	"vmprov/internal/guest/guesttest"
)

func TestPinnedHostKey(t *testing.T) {
	made, err := NewHostKey("kdev")
	assert.NilError(t, err)
	signer, err := ssh.ParsePrivateKey(made.Private)
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))), made.Public)

	l := newLogin(t, guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t), signer}}.Start(t))
	l.HostKey = made.Public
	// For ssh, before any contact; twice is once.
	for range 2 {
		assert.NilError(t, Pin(t.Context(), l))
	}
	data, err := l.Folder.ReadFile(KnownHostsFile)
	assert.NilError(t, err)
	assert.Equal(t, string(data), l.HostKeyAlias+" "+made.Public+"\n")
	assert.Assert(t, strings.Contains(SSHConfig("fstests", []Login{l}), "StrictHostKeyChecking yes\n"))

	c, err := Dial(t.Context(), l)
	assert.NilError(t, err)
	assert.NilError(t, c.Close())
}

// TestPinnedAtTheFirstContact: nothing is accepted that the guest was not given.
func TestPinnedAtTheFirstContact(t *testing.T) {
	made, err := NewHostKey("kdev")
	assert.NilError(t, err)
	shown := guesttest.Key(t)
	l := newLogin(t, guesttest.Server{HostKeys: []ssh.Signer{shown}}.Start(t))
	l.HostKey = made.Public
	_, err = Dial(t.Context(), l)
	var refused *HostKeyError
	assert.Assert(t, errors.As(err, &refused), "%v", err)
	assert.Equal(t, refused.Got, ssh.FingerprintSHA256(shown.PublicKey()))
	assert.ErrorContains(t, err, "not the one that it was given")
	assert.ErrorContains(t, err, "say `hostKey: accept`")
	_, err = l.Folder.ReadFile(KnownHostsFile)
	assert.Assert(t, err != nil, "nothing was written")

	// A key of the alias that was accepted before counts for nothing.
	l.HostKey = ""
	c, err := Dial(t.Context(), l)
	assert.NilError(t, err)
	assert.NilError(t, c.Close())
	l.HostKey = made.Public
	_, err = Dial(t.Context(), l)
	assert.Assert(t, errors.As(err, &refused), "%v", err)
}

func TestPinWithoutAKey(t *testing.T) {
	l := newLogin(t, 1)
	assert.NilError(t, Pin(t.Context(), l))
	l.HostKey = "no key"
	assert.ErrorContains(t, Pin(t.Context(), l), "read the host key that guest `xfs-1` was given")
}
