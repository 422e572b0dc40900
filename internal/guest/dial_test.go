// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/internal/guest/guesttest"
)

func TestDialAcceptsOnce(t *testing.T) {
	l := newLogin(t, guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t)}}.Start(t))
	for range 2 {
		c, err := Dial(t.Context(), l)
		assert.NilError(t, err)
		assert.NilError(t, c.Close())
	}
	data, err := l.Folder.ReadFile(KnownHostsFile)
	assert.NilError(t, err)
	assert.Equal(t, strings.Count(string(data), "\n"), 1)
}

func TestDialRefusesAChangedKey(t *testing.T) {
	first, second := guesttest.Key(t), guesttest.Key(t)
	l := newLogin(t, guesttest.Server{HostKeys: []ssh.Signer{first}}.Start(t))
	c, err := Dial(t.Context(), l)
	assert.NilError(t, err)
	assert.NilError(t, c.Close())
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	otherType, err := ssh.NewSignerFromKey(private)
	assert.NilError(t, err)
	for name, key := range map[string]ssh.Signer{"another key": second, "another type": otherType} {
		t.Run(name, func(t *testing.T) {
			l := l
			l.Port = guesttest.Server{HostKeys: []ssh.Signer{key}}.Start(t)
			_, err := Dial(t.Context(), l)
			var changed *HostKeyError
			assert.Assert(t, errors.As(err, &changed), "%v", err)
			assert.Equal(t, changed.Got, ssh.FingerprintSHA256(key.PublicKey()))
			assert.DeepEqual(t, changed.Want, []string{ssh.FingerprintSHA256(first.PublicKey())})
			assert.ErrorContains(t, err, "changed")
			assert.ErrorContains(t, err, "ssh-keygen -R xfs-1.fstests.1")
		})
	}
	t.Run("known among several", func(t *testing.T) {
		l := l
		l.Port = guesttest.Server{HostKeys: []ssh.Signer{otherType, second, first}[0:1:1]}.Start(t)
		_, err := Dial(t.Context(), l)
		assert.Assert(t, err != nil)
		l.Port = guesttest.Server{HostKeys: []ssh.Signer{otherType, first}}.Start(t)
		c, err := Dial(t.Context(), l)
		assert.NilError(t, err)
		assert.NilError(t, c.Close())
	})
	t.Run("revoked", func(t *testing.T) {
		l := l
		line := "@revoked xfs-1.fstests.9 " + string(ssh.MarshalAuthorizedKey(first.PublicKey()))
		assert.NilError(t, l.Folder.WriteFile(KnownHostsFile, []byte(line), 0o600))
		l.HostKeyAlias = "xfs-1.fstests.9"
		_, err := Dial(t.Context(), l)
		assert.ErrorContains(t, err, "revoked")
	})
}

// TestDialSideBySide: every guest's key is kept, and a file without a line end
// is carried on.
func TestDialSideBySide(t *testing.T) {
	port := guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t)}}.Start(t)
	l := newLogin(t, port)
	assert.NilError(t, l.Folder.WriteFile(KnownHostsFile, []byte("# mine"), 0o600))
	var all errgroup.Group
	const n = 12
	for i := range n {
		l := l
		l.HostKeyAlias = "g" + strconv.Itoa(i) + ".fstests.1"
		all.Go(func() error {
			c, err := Dial(t.Context(), l)
			if err != nil {
				return err
			}
			return c.Close()
		})
	}
	assert.NilError(t, all.Wait())
	data, err := l.Folder.ReadFile(KnownHostsFile)
	assert.NilError(t, err)
	assert.Assert(t, strings.HasPrefix(string(data), "# mine\n"))
	for i := range n {
		assert.Equal(t, len(parseHostKeys(data, "g"+strconv.Itoa(i)+".fstests.1").known), 1)
	}
}

func TestDialRefusedKey(t *testing.T) {
	l := newLogin(t, guesttest.Server{
		HostKeys: []ssh.Signer{guesttest.Key(t)}, Allow: func(ssh.PublicKey) bool { return false },
	}.Start(t))
	_, err := Dial(t.Context(), l)
	var refused *KeyRefusedError
	assert.Assert(t, errors.As(err, &refused), "%v", err)
	assert.ErrorContains(t, err, "server refused the key for user root")
}

// TestDialHostile: servers that would hold a caller, or write on its terminal.
func TestDialHostile(t *testing.T) {
	block := func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1<<16)); _, _ = conn.Read(make([]byte, 1<<16)) }
	endless := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			for {
				if _, err := conn.Write([]byte(text)); err != nil {
					return
				}
			}
		}
	}
	for _, tc := range []struct {
		name   string
		handle func(net.Conn)
		want   string
		waits  bool
	}{
		{"silent", block, "", true},
		{"silent after greeting", func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-x\r\n")); block(c); block(c) }, "", true},
		{"endless line", endless("x"), "which is no ssh server's greeting", false},
		{"endless lines", endless("x\n"), "which is no ssh server's greeting", false},
		{"another protocol", func(c net.Conn) { _, _ = c.Write([]byte("220 \x1b[31mftp\r\n")) }, "it says `220 ftp`", false},
		{"closes", func(net.Conn) {}, "closed the connection at once", false},
		{"refuses", func(c net.Conn) { _, _ = c.Write([]byte("Not allowed at this time\r\n")) }, "it says `Not allowed at this time`", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			listener, port := guesttest.Listen(t, 0)
			guesttest.Accept(t, listener, tc.handle)
			l := newLogin(t, port)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if tc.waits {
				ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
			}
			defer cancel()
			began := time.Now()
			_, err := Dial(ctx, l)
			assert.Assert(t, err != nil)
			if tc.waits {
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			} else {
				assert.ErrorContains(t, err, tc.want)
				assert.NilError(t, ctx.Err())
			}
			assert.Assert(t, !strings.Contains(err.Error(), "\x1b"))
			assert.Assert(t, time.Since(began) < identifyTimeout, "it was not bounded")
		})
	}
}

// TestDialCancel: the end of the context ends a handshake at once.
func TestDialCancel(t *testing.T) {
	listener, port := guesttest.Listen(t, 0)
	accepted := make(chan struct{}, 1)
	guesttest.Accept(t, listener, func(conn net.Conn) {
		accepted <- struct{}{}
		_, _ = conn.Read(make([]byte, 1))
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-accepted; cancel() }()
	_, err := Dial(ctx, newLogin(t, port))
	assert.ErrorIs(t, err, context.Canceled)
}

// TestDialGreetingLines: lines before the version are allowed (RFC 4253, 4.2).
func TestDialGreetingLines(t *testing.T) {
	server := guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t)}}
	inner := server.Start(t)
	listener, port := guesttest.Listen(t, 0)
	guesttest.Accept(t, listener, func(conn net.Conn) {
		back, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(inner)))
		if err != nil {
			return
		}
		defer back.Close()
		_, _ = conn.Write([]byte("welcome\r\n"))
		go func() { _, _ = copyAll(back, conn); _ = back.Close() }()
		_, _ = copyAll(conn, back)
	})
	c, err := Dial(t.Context(), newLogin(t, port))
	assert.NilError(t, err)
	assert.NilError(t, c.Close())
}

// TestDialDropbear logs in to the server of the quickstart guest.
func TestDialDropbear(t *testing.T) {
	_, err := exec.LookPath("dropbear")
	skip.If(t, err != nil, "dropbear is not installed")
	dir := t.TempDir()
	out, err := exec.Command("dropbearkey", "-t", "ed25519", "-f", dir+"/key").CombinedOutput()
	assert.NilError(t, err, "%s", out)
	port := guesttest.FreePort(t)
	cmd := exec.Command("dropbear", "-F", "-E", "-r", dir+"/key", "-p", "127.0.0.1:"+strconv.Itoa(port), "-P", dir+"/pid")
	assert.NilError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	l := newLogin(t, port)
	l.User = "vmprov-nobody"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		_, err := Dial(ctx, l)
		var refused *KeyRefusedError
		if errors.As(err, &refused) {
			break // the key exchange and the host key went through
		}
		assert.NilError(t, ctx.Err(), "%v", err)
	}
	data, err := l.Folder.ReadFile(KnownHostsFile)
	assert.NilError(t, err)
	assert.Equal(t, len(parseHostKeys(data, l.HostKeyAlias).known), 1)
}
