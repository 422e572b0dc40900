// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"vmprov/internal/event"
)

// plain writes one line an event, for pipes, files and cron: `xfs-1: start: done, 0.4s`.
//
// The start of a guest's action is left to --verbose, as its end follows soon
// or a waiting line says what lacks. What belongs to no guest (a build) is
// said at its start too: everything else waits for it.
type plain struct {
	mu      sync.Mutex
	w       io.Writer
	now     func() time.Time
	verbose bool
	style   style
	began   map[string]time.Time
}

var _ renderer = (*plain)(nil)

func newPlain(w io.Writer, now func() time.Time, verbose bool, s style) *plain {
	return &plain{w: w, now: now, verbose: verbose, style: s, began: map[string]time.Time{}}
}

func (p *plain) Emit(e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	text := p.text(e, now)
	if text == "" {
		return
	}
	if p.verbose {
		fmt.Fprint(p.w, now.UTC().Format(time.RFC3339), " ")
	}
	fmt.Fprintf(p.w, "%s: %s\n", subject(e), text)
}

// text is what a line says, or nothing where an event has no line.
func (p *plain) text(e event.Event, now time.Time) string {
	switch e.Kind {
	case event.Started:
		p.began[stepKey(e)] = now
		if e.Guest == "" || p.verbose {
			return step(e) + " ..."
		}
	case event.Done:
		return withReason(step(e)+": "+p.style.good("done")+p.took(e, now), cleanLine(e.Text))
	case event.Failed:
		return withReason(step(e)+": "+p.style.bad("failed")+p.took(e, now), reason(e))
	case event.Skipped:
		return withReason(step(e)+": skipped", reason(e))
	case event.Waiting:
		return "waiting for " + cleanLine(e.Text)
	case event.Note:
		return cleanLine(e.Text)
	case event.Warning:
		return p.style.warn("warning:") + " " + cleanLine(e.Text)
	}
	return ""
}

// took is the time since the action's start, where that was seen.
func (p *plain) took(e event.Event, now time.Time) string {
	key := stepKey(e)
	began, seen := p.began[key]
	delete(p.began, key)
	if !seen {
		return ""
	}
	return ", " + elapsed(now.Sub(began))
}

func (p *plain) Alone(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
}

func (p *plain) Close() {}

// warningsOnly leaves the terminal to a program that was given it.
type warningsOnly struct{ *plain }

func (w warningsOnly) Emit(e event.Event) {
	if e.Kind == event.Warning {
		w.plain.Emit(e)
	}
}
