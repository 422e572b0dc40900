// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"
	"time"

	"vmprov/internal/event"
)

// renderer shows events as they happen. Emit may be called from several
// goroutines at once.
type renderer interface {
	Emit(event.Event)
	// Alone runs fn while the renderer writes nothing.
	Alone(fn func())
	// Close ends the display; the state last shown stays.
	Close()
}

// newRenderer chooses: --quiet before all; JSON lines for a command that
// streams; live lines on a terminal that can move its cursor; else plain lines.
func (p *program) newRenderer(streams bool) renderer {
	fd, tty := terminal(p.err)
	switch {
	case p.opts.quiet:
		return quiet{}
	case p.opts.json && streams:
		return newJSONLines(p.out, p.now, p.runID)
	case tty && !p.opts.verbose && p.getenv("TERM") != "dumb":
		l := newLive(p.err, sizeOf(fd), p.now, p.styleOf(p.err))
		l.start(100 * time.Millisecond)
		return l
	}
	return newPlain(p.lines(), p.now, p.opts.verbose, p.styleOf(p.err))
}

// step is an action and its object in words.
func step(e event.Event) string {
	return strings.TrimSpace(cleanLine(e.Action) + " " + cleanLine(e.Object))
}

// stepKey is the same for all events of one action.
func stepKey(e event.Event) string { return e.Guest + "\x00" + e.Action + "\x00" + e.Object }

// subject is what a line begins with.
func subject(e event.Event) string {
	if e.Guest == "" {
		return programName
	}
	return cleanLine(e.Guest)
}

// reason is why an action failed or was skipped, in one line; an error that
// begins with the action does not say it twice.
func reason(e event.Event) string {
	text := cleanLine(e.Text)
	if e.Err != nil {
		text = cleanLine(textOf(e.Err))
	}
	return strings.TrimPrefix(text, step(e)+": ")
}

// withReason appends a reason where there is one.
func withReason(text, reason string) string {
	if reason == "" {
		return text
	}
	return text + ": " + reason
}

// elapsed is a span of time as a person reads it: 0.4s, 12s, 3m05s.
func elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}
