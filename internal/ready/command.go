// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/guest"
)

// awaitCommand runs a command in the guest until it exits 0.
func (w *waiter) awaitCommand(ctx context.Context, argv []string) error {
	b := backoff{20 * time.Millisecond, time.Second}
	for {
		client, err := w.loggedIn(ctx)
		if err != nil || w.target.BannerOnly {
			return err
		}
		_, err = remote(ctx, client, guest.Quote(argv))
		if err == nil {
			return nil
		}
		var failed *exitError
		if !errors.As(err, &failed) {
			w.hangUp() // the connection is in doubt
		}
		w.note(err)
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
}

// exitError says how a command in the guest failed.
type exitError struct {
	command string
	how     string // "exit status 3", "signal KILL", "no answer"
	said    string // the last line of its standard error
}

func (e *exitError) Error() string {
	text := fmt.Sprintf("run %s in the guest: %s", e.command, e.how)
	if e.said != "" {
		text += ": " + e.said
	}
	return text
}

// maxOutput bounds what a guest can make vmprov hold.
const maxOutput = 1 << 20

// remote runs a command line in the guest's shell and gives its output. A
// command that failed is an *exitError. When ctx ends first the connection is
// closed, as nothing else ends a call that the guest does not answer.
func remote(ctx context.Context, client *ssh.Client, line string) (string, error) {
	type result struct {
		out string
		err error
	}
	done := make(chan result, 1)
	go func() {
		out, err := runSession(client, line)
		done <- result{out, err}
	}()
	select {
	case r := <-done:
		return r.out, r.err
	case <-ctx.Done():
		_ = client.Close()
		return "", &exitError{command: clean(line), how: "no answer"}
	}
}

func runSession(client *ssh.Client, line string) (string, error) {
	session, err := client.NewSession()
	if err != nil {
		return "", fmt.Errorf("open ssh session: %w", err)
	}
	defer func() { _ = session.Close() }()
	out, diagnostics := head{most: maxOutput}, tail{most: 4 * maxText}
	session.Stdout, session.Stderr = &out, &diagnostics
	err = session.Run(line)
	var exit *ssh.ExitError
	switch {
	case err == nil:
		return out.kept.String(), nil
	case errors.As(err, &exit):
		return "", &exitError{command: clean(line), how: exitHow(exit), said: lastLine(diagnostics.kept.String())}
	default:
		return "", fmt.Errorf("run %s in the guest: %w", clean(line), err)
	}
}

func exitHow(e *ssh.ExitError) string {
	if e.Signal() != "" {
		return "signal " + clean(e.Signal())
	}
	return fmt.Sprintf("exit status %d", e.ExitStatus())
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return clean(lines[len(lines)-1])
}

// head keeps the first bytes and takes the rest in silence. (It embeds no
// buffer: io.Copy would take the buffer's ReadFrom, which has no bound.)
type head struct {
	kept bytes.Buffer
	most int
}

func (h *head) Write(p []byte) (int, error) {
	if room := h.most - h.kept.Len(); room > 0 {
		h.kept.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

// tail keeps the last bytes.
type tail struct {
	kept bytes.Buffer
	most int
}

func (t *tail) Write(p []byte) (int, error) {
	t.kept.Write(p[max(0, len(p)-t.most):])
	if extra := t.kept.Len() - t.most; extra > 0 {
		t.kept.Next(extra)
	}
	return len(p), nil
}
