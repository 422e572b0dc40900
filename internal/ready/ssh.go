// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/guest"
)

const (
	// A connection that is refused comes back at once and costs nothing: the
	// guest is up, its server is not, so it is asked often.
	firstRetry, lastConnect = 20 * time.Millisecond, 60 * time.Millisecond
	// A server that answers and does not let in is not hammered.
	lastRetry = 250 * time.Millisecond
	// attemptLimit ends an attempt at a guest that does not answer yet, before
	// TCP's own retransmission (1 s, 3 s) would put off the next try.
	attemptLimit = 250 * time.Millisecond
)

// awaitSSH logs in and sees every declared mount.
func (w *waiter) awaitSSH(ctx context.Context) error {
	if err := w.findAddress(ctx); err != nil {
		return err
	}
	b := backoff{firstRetry, lastRetry}
	for {
		conn, err := w.reach(ctx)
		if err != nil {
			return err
		}
		err = w.logIn(ctx, conn)
		var changed *guest.HostKeyError
		if err == nil || errors.As(err, &changed) {
			return err // another host key does not change back by waiting
		}
		w.note(err)
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
}

// reach connects as soon as something listens.
func (w *waiter) reach(ctx context.Context) (net.Conn, error) {
	b := backoff{firstRetry, lastConnect}
	for {
		conn, err := w.connect(ctx)
		if err == nil {
			return conn, nil
		}
		w.note(err)
		if err := b.wait(ctx); err != nil {
			return nil, err
		}
	}
}

func (w *waiter) logIn(ctx context.Context, conn net.Conn) error {
	server, err := guest.Identify(ctx, conn)
	if err != nil {
		return err
	}
	if w.target.BannerOnly {
		return server.Close()
	}
	client, err := server.Login(ctx, w.target.Login)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	return w.awaitMounts(ctx, client)
}

func (w *waiter) connect(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: attemptLimit}
	return dialer.DialContext(ctx, "tcp", w.target.Login.HostPort())
}

// mountsError names mount points that a login does not see yet.
type mountsError struct{ missing []string }

func (e *mountsError) Error() string { return "not mounted yet: " + strings.Join(e.missing, ", ") }

// awaitMounts looks again on the same login until every mount is there.
func (w *waiter) awaitMounts(ctx context.Context, client *ssh.Client) error {
	b := backoff{firstRetry, 500 * time.Millisecond}
	for {
		missing, err := w.missingMounts(ctx, client)
		if err != nil {
			return err
		}
		if len(missing) == 0 {
			return nil
		}
		w.note(&mountsError{missing})
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
}

func (w *waiter) missingMounts(ctx context.Context, client *ssh.Client) ([]string, error) {
	out, err := remote(ctx, client, "cat /proc/self/mounts")
	if err != nil {
		return nil, err
	}
	var missing []string
	mounted := mountPoints(out)
	for _, target := range w.target.Mounts {
		if !slices.Contains(mounted, target) {
			missing = append(missing, target)
		}
	}
	return missing, nil
}

// mountPoints reads proc_pid_mounts(5), whose fields have octal escapes.
func mountPoints(text string) []string {
	var out []string
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 1 {
			out = append(out, unescape.Replace(fields[1]))
		}
	}
	return out
}

// awaitCommand runs a command in the guest until it exits 0.
func (w *waiter) awaitCommand(ctx context.Context, argv []string) error {
	if err := w.findAddress(ctx); err != nil {
		return err
	}
	b := backoff{firstRetry, time.Second}
	for {
		err := w.tryCommand(ctx, argv)
		if err == nil {
			return nil
		}
		w.note(err)
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
}

func (w *waiter) tryCommand(ctx context.Context, argv []string) error {
	conn, err := w.reach(ctx)
	if err != nil {
		return err
	}
	server, err := guest.Identify(ctx, conn)
	if err != nil {
		return err
	}
	client, err := server.Login(ctx, w.target.Login)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	_, err = remote(ctx, client, guest.Quote(argv))
	return err
}

// maxOutput bounds what a guest can make vmprov hold.
const maxOutput = 1 << 20

// remote runs a command line in the guest's shell and gives its output; a
// failure says what it wrote to its standard error last.
func remote(ctx context.Context, client *ssh.Client, command string) (string, error) {
	session, err := client.NewSession()
	if err != nil {
		return "", fmt.Errorf("open ssh session: %w", err)
	}
	defer func() { _ = session.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = client.Close() })
	defer stop()
	var out, diagnostics bounded
	session.Stdout, session.Stderr = &out, &diagnostics
	if err := session.Run(command); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("run `%s` in the guest: %w%s", clean(command), err, lastLine(diagnostics.String()))
	}
	return out.String(), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if line := clean(lines[len(lines)-1]); line != "" {
		return " (" + line + ")"
	}
	return ""
}

// bounded is a buffer that keeps the first megabyte and takes the rest in silence.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if room := maxOutput - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
