// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/foreign"
)

// loginTimeout bounds key exchange and authentication, which take seconds in
// a guest without KVM.
const loginTimeout = time.Minute

// Dial logs in. Unknown host keys are accepted once and written to
// known_hosts; a changed one is refused with a *HostKeyError. It gives up with
// ctx, and by itself after about a minute with a server that stalls.
func Dial(ctx context.Context, l Login) (*ssh.Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", l.HostPort())
	if err != nil {
		return nil, fmt.Errorf("log in to `%s`: %w", l.Guest, cause(ctx, err))
	}
	server, err := Identify(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("log in to `%s`: %w", l.Guest, err)
	}
	return server.Login(ctx, l)
}

// KeyRefusedError says that the server let nobody in with the key.
type KeyRefusedError struct{ Guest, User string }

func (e *KeyRefusedError) Error() string {
	return fmt.Sprintf("log in to `%s`: server refused the key for user %s", e.Guest, e.User)
}

// Login logs in on the connection, which is the client's from then on and
// closed on an error. Errors: *KeyRefusedError, *HostKeyError, or what broke.
func (s *Server) Login(ctx context.Context, l Login) (*ssh.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	keys, err := readHostKeys(l)
	if err != nil {
		s.conn.Close()
		return nil, fmt.Errorf("log in to `%s`: %w", l.Guest, err)
	}
	// The callback's error is kept, as its type need not survive the handshake.
	var refused error
	config := &ssh.ClientConfig{
		User:              l.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(l.Key.Signer)},
		HostKeyAlgorithms: keys.algorithms(),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			refused = acceptHostKey(ctx, l, key)
			return refused
		},
	}
	release := bind(ctx, s.conn)
	conn, channels, requests, err := ssh.NewClientConn(s.conn, l.HostPort(), config)
	if ended := release(); err == nil && ended != nil {
		conn.Close()
		err = ended
	}
	if err != nil {
		s.conn.Close()
		return nil, loginError(l, refused, cause(ctx, err))
	}
	return ssh.NewClient(conn, channels, requests), nil
}

func loginError(l Login, refused, err error) error {
	switch {
	case refused != nil:
		err = refused
	case strings.Contains(err.Error(), "unable to authenticate"):
		// x/crypto has no type for it.
		return &KeyRefusedError{Guest: l.Guest, User: l.User}
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("the ssh handshake does not end: %w", err)
	case !errors.Is(err, context.Canceled):
		// The text may quote the server.
		err = &handshakeError{text: foreign.Line(err.Error(), 200), err: err}
	}
	return fmt.Errorf("log in to `%s`: %w", l.Guest, err)
}

// handshakeError is an error of the handshake with a text fit for a terminal.
type handshakeError struct {
	text string
	err  error
}

func (e *handshakeError) Error() string { return e.text }
func (e *handshakeError) Unwrap() error { return e.err }
