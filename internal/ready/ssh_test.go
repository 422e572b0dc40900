// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"

	"vmprov/internal/event"
	"vmprov/internal/guest"
	"vmprov/internal/guest/guesttest"
)

func isRefusedConnection(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// TestSSHLateListener: the server comes up after attempts were refused.
func TestSSHLateListener(t *testing.T) {
	c, id := startDomain(t)
	port := guesttest.FreePort(t)
	w, done := running(t, c, newTarget(t, id, port, sshProbe))
	lacks(t, w, isRefusedConnection)
	assert.Equal(t, w.lackingText(), "ssh: connect "+w.target.Login.HostPort()+": connection refused")
	listener, _ := guesttest.Listen(t, port)
	newServer(t).Serve(t, listener)
	assert.NilError(t, <-done)
}

// TestSSHNoAnswer: a host that drops packets, as one that is still booting,
// and then answers. (The kernel drops them when the queue of a listener that
// accepts nothing is full.)
func TestSSHNoAnswer(t *testing.T) {
	c, id := startDomain(t)
	listener, port := guesttest.Listen(t, 0)
	raw, err := listener.(*net.TCPListener).SyscallConn()
	assert.NilError(t, err)
	assert.NilError(t, raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), 0) }))
	assert.NilError(t, err)
	fill, err := net.Dial("tcp", listener.Addr().String())
	assert.NilError(t, err)
	defer fill.Close()

	w, done := running(t, c, newTarget(t, id, port, sshProbe))
	lacks(t, w, func(err error) bool { return strings.HasSuffix(err.Error(), "no answer") && isTimeout(err) })
	newServer(t).Serve(t, listener)
	assert.NilError(t, <-done)
}

// TestSSHKeyComesLater: the server refuses the key until a unit brought it.
func TestSSHKeyComesLater(t *testing.T) {
	c, id := startDomain(t)
	var brought atomic.Bool
	server := newServer(t)
	server.Allow = func(ssh.PublicKey) bool { return brought.Load() }
	w, done := running(t, c, newTarget(t, id, server.Start(t), sshProbe))
	lacks(t, w, isRefused)
	brought.Store(true)
	assert.NilError(t, <-done)
}

// TestSSHRefusedSparingly: failed logins are few enough for a server that
// counts them: 5 s of penalty each, shut out at 15 s, one second forgotten a second.
func TestSSHRefusedSparingly(t *testing.T) {
	penalty := 0.0
	for i := range 100 {
		penalty += 5
		assert.Assert(t, penalty < 15, "shut out at login %d", i)
		penalty = max(0, penalty-refusedLogins[min(i, len(refusedLogins)-1)].Seconds())
	}
}

func TestSSHChangedHostKey(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, newServer(t).Start(t), sshProbe)
	assert.NilError(t, Wait(t.Context(), c, target, event.Discard))
	target.Login.Port = newServer(t).Start(t)
	err := Wait(t.Context(), c, target, event.Discard)
	var changed *guest.HostKeyError
	assert.Assert(t, errors.As(err, &changed), "%v", err)
	assert.ErrorContains(t, err, "wait for guest `xfs-1`: ")
}

// TestSSHHostile: none of these holds a wait beyond its timeout.
func TestSSHHostile(t *testing.T) {
	c, id := startDomain(t)
	read := func(conn net.Conn) {
		for {
			if _, err := conn.Read(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	}
	released := make(chan struct{})
	stuck := newServer(t)
	stuck.Run = func(string) (string, string, int) { <-released; return "", "", 0 }
	for _, tc := range []struct {
		name  string
		start func(t *testing.T) int
		want  string
	}{
		{"silent", func(t *testing.T) int {
			listener, port := guesttest.Listen(t, 0)
			guesttest.Accept(t, listener, read)
			return port
		}, "takes the connection and says nothing"},
		{"endless greeting", func(t *testing.T) int {
			listener, port := guesttest.Listen(t, 0)
			guesttest.Accept(t, listener, func(conn net.Conn) {
				for {
					if _, err := conn.Write([]byte("\x1b[2Jhello\r\n")); err != nil {
						return
					}
				}
			})
			return port
		}, "it says `hello`"},
		{"stuck session", func(t *testing.T) int {
			t.Cleanup(func() { close(released) })
			return stuck.Start(t)
		}, "probe ssh: run 'cat' '/proc/self/mounts' in the guest: no answer"},
		{"wrong key", func(t *testing.T) int {
			server := newServer(t)
			server.Allow = func(ssh.PublicKey) bool { return false }
			return server.Start(t)
		}, "server refused the key for user root"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			target := newTarget(t, id, tc.start(t), sshProbe)
			target.Timeout = brief
			target.Mounts = []string{"/data"}
			began := time.Now()
			err := Wait(t.Context(), c, target, event.Discard)
			var timeout *TimeoutError
			assert.Assert(t, errors.As(err, &timeout), "%v", err)
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, timeout.Hint != "")
			assert.Assert(t, !strings.Contains(err.Error(), "\x1b"))
			assert.Assert(t, time.Since(began) < 15*time.Second, "it took %s", time.Since(began))
		})
	}
}

func TestSSHBannerOnly(t *testing.T) {
	c, id := startDomain(t)
	server := newServer(t)
	server.Allow = func(ssh.PublicKey) bool { return false }
	target := newTarget(t, id, server.Start(t), sshProbe, commandProbe("true"))
	target.BannerOnly = true
	target.Mounts = []string{"/data"}
	assert.NilError(t, Wait(t.Context(), c, target, event.Discard))
}

// TestSSHMounts: the mounts come one after the other, one has a blank and one
// lies behind a symbolic link.
func TestSSHMounts(t *testing.T) {
	c, id := startDomain(t)
	var looks atomic.Int32
	server := newServer(t)
	server.Run = func(line string) (string, string, int) {
		switch {
		case strings.Contains(line, "readlink") && strings.Contains(line, "/lib/modules"):
			return "/usr/lib/modules\n", "", 0
		case strings.Contains(line, "readlink"):
			return "", "", 1
		}
		mounts := "proc /proc proc rw 0 0\n"
		n := looks.Add(1)
		if n > 1 {
			mounts += "results /data/with\\040space virtiofs rw 0 0\n"
		}
		if n > 2 {
			mounts += "modules /usr/lib/modules virtiofs ro 0 0\n"
		}
		return mounts, "", 0
	}
	target := newTarget(t, id, server.Start(t), sshProbe)
	target.Mounts = []string{"/data/with space/", "/lib/modules"}
	assert.NilError(t, Wait(t.Context(), c, target, event.Discard))
	assert.Equal(t, looks.Load(), int32(3))
}

func TestSSHMountMissing(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, newServer(t).Start(t), sshProbe)
	target.Mounts = []string{"/data", "/mnt"}
	target.Timeout = brief
	err := Wait(t.Context(), c, target, event.Discard)
	assert.Error(t, err, "wait for guest `xfs-1`: not ready after 2s: probe ssh: not mounted yet: /data, /mnt")
}

// TestCommand: the command is run until it succeeds, on one login.
func TestCommand(t *testing.T) {
	c, id := startDomain(t)
	var runs atomic.Int32
	lines := make(chan string, 10)
	server := newServer(t)
	server.Run = func(line string) (string, string, int) {
		if strings.Contains(line, "/proc/self/mounts") {
			return "", "", 0
		}
		lines <- line
		return "", "", int(3 - runs.Add(1))
	}
	target := newTarget(t, id, server.Start(t), sshProbe, commandProbe("test", "-e", "it's here"))
	assert.NilError(t, Wait(t.Context(), c, target, event.Discard))
	assert.Equal(t, runs.Load(), int32(3))
	assert.Equal(t, <-lines, `'test' '-e' 'it'\''s here'`)
}

func TestCommandFails(t *testing.T) {
	c, id := startDomain(t)
	server := newServer(t)
	server.Run = func(string) (string, string, int) { return "out", "first\n\x1b[1mlast\n", 4 }
	target := newTarget(t, id, server.Start(t), commandProbe("false"))
	target.Timeout = brief
	err := Wait(t.Context(), c, target, event.Discard)
	assert.Error(t, err, "wait for guest `xfs-1`: not ready after 2s: probe command: run 'false' in the guest: exit status 4: last")
}

// BenchmarkSeen measures how long after the server listens a wait returns. It
// is the login's own time and what the pace of the attempts adds.
func BenchmarkSeen(b *testing.B) {
	c, id := startDomain(b)
	server := newServer(b)
	var late, login time.Duration
	for b.Loop() {
		port := guesttest.FreePort(b)
		target := newTarget(b, id, port, sshProbe)
		done := make(chan error, 1)
		go func() { done <- Wait(b.Context(), c, target, event.Discard) }()
		// The boot takes its time, other for each round.
		boot := time.NewTimer(200*time.Millisecond + time.Duration(time.Now().UnixNano()%50)*time.Millisecond)
		<-boot.C
		listener, _ := guesttest.Listen(b, port)
		server.Serve(b, listener)
		up := time.Now()
		assert.NilError(b, <-done)
		late += time.Since(up)
		began := time.Now()
		client, err := guest.Dial(b.Context(), target.Login)
		assert.NilError(b, err)
		login += time.Since(began)
		assert.NilError(b, client.Close())
	}
	b.ReportMetric(float64(late.Milliseconds())/float64(b.N), "ms-late/op")
	b.ReportMetric(float64(login.Milliseconds())/float64(b.N), "ms-login/op")
}
