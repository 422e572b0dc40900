// SPDX-License-Identifier: Apache-2.0

// Package guesttest is an ssh server on the loopback for tests: the guest's
// end of a login. Only tests import it.
package guesttest

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net"
	"strconv"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"
)

// Server is what the guest's server does. Its functions are called from
// several goroutines.
type Server struct {
	// HostKeys are shown in the order that the client prefers.
	HostKeys []ssh.Signer
	// Allow says whether a key may log in; nil lets everybody in.
	Allow func(ssh.PublicKey) bool
	// Run is a command of a session; nil succeeds in silence.
	Run func(command string) (stdout, stderr string, exit int)
}

// Key makes a new ed25519 key.
func Key(t testing.TB) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	assert.NilError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	assert.NilError(t, err)
	return signer
}

// Listen opens a port of the loopback that ends with the test; 0 picks one.
func Listen(t testing.TB, port int) (listener net.Listener, got int) {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	assert.NilError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener, listener.Addr().(*net.TCPAddr).Port
}

// FreePort is a port on which nothing listens.
func FreePort(t testing.TB) int {
	t.Helper()
	listener, port := Listen(t, 0)
	assert.NilError(t, listener.Close())
	return port
}

// Start serves on a new port until the test ends.
func (s Server) Start(t testing.TB) (port int) {
	t.Helper()
	listener, port := Listen(t, 0)
	s.Serve(t, listener)
	return port
}

// Serve serves on a listener until the test ends, and closes what is open then.
func (s Server) Serve(t testing.TB, listener net.Listener) {
	t.Helper()
	Accept(t, listener, func(conn net.Conn) { s.serve(conn) })
}

// Accept gives each connection to handle in a goroutine of its own. At the end
// of the test it closes all of them and waits for the goroutines.
func Accept(t testing.TB, listener net.Listener, handle func(net.Conn)) {
	t.Helper()
	var mu sync.Mutex
	var open []net.Conn
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			running.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
}

func (s Server) serve(conn net.Conn) {
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if s.Allow != nil && !s.Allow(key) {
			return nil, errors.New("refused")
		}
		return nil, nil
	}}
	for _, key := range s.HostKeys {
		config.AddHostKey(key)
	}
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		if c.ChannelType() != "session" {
			_ = c.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		go s.session(channel, requests)
	}
}

func (s Server) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for r := range requests {
		if r.Type != "exec" {
			_ = r.Reply(false, nil)
			continue
		}
		_ = r.Reply(true, nil)
		var command struct{ Line string }
		_ = ssh.Unmarshal(r.Payload, &command)
		var stdout, stderr string
		exit := 0
		if s.Run != nil {
			stdout, stderr, exit = s.Run(command.Line)
		}
		_, _ = channel.Write([]byte(stdout))
		_, _ = channel.Stderr().Write([]byte(stderr))
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(exit)}))
		return
	}
}
