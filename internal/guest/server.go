// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"vmprov/internal/foreign"
)

const (
	// maxIdentification bounds what a server may say before its version line
	// (RFC 4253 section 4.2 lets it say anything, without a bound).
	maxIdentification = 8 << 10
	// identifyTimeout is for a server that takes connections and says nothing.
	// A server that systemd starts for the connection needs its time, the more
	// so in an emulated guest among many; a new attempt would only add to that.
	identifyTimeout = 30 * time.Second
)

// Server is a connection on which an ssh server has said who it is.
type Server struct {
	// Version is its identification, such as SSH-2.0-OpenSSH_9.2p1, fit for a terminal.
	Version string
	conn    net.Conn
}

// IdentifyError says that what answers on the address did not identify itself
// as an ssh server.
type IdentifyError struct {
	Address string
	// Got is what it said instead, fit for a terminal; empty for nothing.
	Got string
	Err error
}

func (e *IdentifyError) Error() string {
	switch {
	case e.Got != "":
		return fmt.Sprintf("connect %s: it says `%s`, which is no ssh server's greeting", e.Address, e.Got)
	case errors.Is(e.Err, context.DeadlineExceeded):
		return fmt.Sprintf("connect %s: the server takes the connection and says nothing", e.Address)
	case errors.Is(e.Err, io.EOF):
		return fmt.Sprintf("connect %s: the server closed the connection at once", e.Address)
	default:
		return fmt.Sprintf("connect %s: read the server's greeting: %v", e.Address, e.Err)
	}
}

func (e *IdentifyError) Unwrap() error { return e.Err }

// Identify reads the greeting of the ssh server at the other end of conn, for
// half a minute at most and until ctx ends. On an error, an *IdentifyError, conn
// is closed.
func Identify(ctx context.Context, conn net.Conn) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, identifyTimeout)
	defer cancel()
	release := bind(ctx, conn)
	said, version, err := readGreeting(conn)
	if ended := release(); err == nil {
		err = ended
	}
	if err != nil {
		conn.Close()
		got := said
		if i := bytes.IndexByte(got, '\n'); i >= 0 {
			got = got[:i]
		}
		return nil, &IdentifyError{Address: conn.RemoteAddr().String(), Got: foreign.Line(strings.TrimSpace(string(got)), 80), Err: cause(ctx, err)}
	}
	return &Server{Version: foreign.Line(strings.TrimSpace(version), 80), conn: &replay{Conn: conn, again: said}}, nil
}

// Close gives the connection up without a login.
func (s *Server) Close() error { return s.conn.Close() }

// readGreeting reads lines up to the one that begins with SSH-, and gives
// back all that it read.
func readGreeting(conn net.Conn) (said []byte, version string, err error) {
	buffer := make([]byte, 512)
	for len(said) < maxIdentification {
		n, err := conn.Read(buffer)
		said = append(said, buffer[:n]...)
		if v, ok := versionLine(said); ok {
			return said, v, nil
		}
		if err != nil {
			return said, "", err
		}
	}
	return said, "", errors.New("it is too long")
}

func versionLine(said []byte) (string, bool) {
	for line := range bytes.Lines(said) {
		if bytes.HasPrefix(line, []byte("SSH-")) && bytes.HasSuffix(line, []byte("\n")) {
			return strings.TrimRight(string(line), "\r\n"), true
		}
	}
	return "", false
}

// replay gives what was read once more before the rest.
type replay struct {
	net.Conn
	again []byte
}

func (r *replay) Read(p []byte) (int, error) {
	if len(r.again) == 0 {
		return r.Conn.Read(p)
	}
	n := copy(p, r.again)
	r.again = r.again[n:]
	return n, nil
}

// bind lets the end of ctx end whatever waits on conn. release unbinds it and
// gives ctx's error if that came first.
func bind(ctx context.Context, conn net.Conn) (release func() error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return func() error {
		if stop() {
			return nil
		}
		return context.Cause(ctx)
	}
}

// cause is why something that ctx may have ended failed.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
