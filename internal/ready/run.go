// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/guest"
	"vmprov/internal/virt"
)

// Run runs a command once in a guest that runs, and hands say each line that it
// writes, fit for a terminal. It logs in as the ssh probe does, within the
// target's timeout. A command that has begun is not ended with ctx: what it does
// to the guest would be left half done. One that fails is an error with its exit
// status and the last line of its standard error.
func Run(ctx context.Context, c *virt.Client, t Target, argv []string, say func(line string)) error {
	w := newWaiter(c, t)
	defer w.hangUp()
	limited, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	client, err := w.loggedIn(limited)
	if err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			_, last := w.lacking()
			err = fmt.Errorf("no login within %s: %w", t.Timeout, cmp.Or(last, err))
		}
		return fmt.Errorf("log in to guest `%s`: %w", t.Guest, err)
	}
	return runAloud(client, guest.Quote(argv), say)
}

// runAloud runs a command line whose output is passed on.
func runAloud(client *ssh.Client, line string, say func(string)) error {
	session, err := client.NewSession()
	if err != nil {
		return fmt.Errorf("open ssh session: %w", err)
	}
	defer func() { _ = session.Close() }()
	var mu sync.Mutex
	out, diagnostics := &lines{mu: &mu, say: say}, &lines{mu: &mu, say: say}
	session.Stdout, session.Stderr = out, diagnostics
	err = session.Run(line)
	out.end()
	diagnostics.end()
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		return &exitError{command: clean(line), how: exitHow(exit), said: diagnostics.last}
	}
	if err != nil {
		return fmt.Errorf("run %s in the guest: %w", clean(line), err)
	}
	return nil
}

// lines hands on each line that is written to it. Of a line without an end it
// holds no more than is shown.
type lines struct {
	mu   *sync.Mutex // say is called by one at a time
	say  func(string)
	open strings.Builder
	last string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for part := range strings.Lines(string(p)) {
		if room := 4*maxText - l.open.Len(); room > 0 {
			l.open.WriteString(part[:min(len(part), room)])
		}
		if strings.HasSuffix(part, "\n") {
			l.flush()
		}
	}
	return len(p), nil
}

// end hands on what has no line end.
func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
}

func (l *lines) flush() {
	text := clean(l.open.String())
	l.open.Reset()
	if text != "" {
		l.last = text
		l.say(text)
	}
}
