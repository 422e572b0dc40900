// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"slices"
	"time"

	"github.com/mattn/go-runewidth"

	"vmprov/internal/event"
)

// row is the state of one line of the live display.
type row struct {
	label string
	// open are the actions under way, the newest last.
	open []openStep
	// last is what to say while none is.
	last         string
	failed       bool
	since, until time.Time
}

type openStep struct{ key, text, detail string }

func (r *row) running() bool { return len(r.open) > 0 }

// take brings one event in. A failure stays: what comes after it is less
// telling. The word for the outcome comes first, so that a narrow screen has it.
func (r *row) take(e event.Event, now time.Time) {
	key := stepKey(e)
	switch e.Kind {
	case event.Started:
		r.open = append(r.open, openStep{key: key, text: step(e)})
		return
	case event.Waiting:
		r.detail(key, "waiting for "+cleanLine(e.Text))
		return
	case event.Progress:
		r.detail(key, cleanLine(e.Text))
		return
	}
	r.open = slices.DeleteFunc(r.open, func(s openStep) bool { return s.key == key })
	r.until = now
	switch {
	case r.failed:
	case e.Kind == event.Failed:
		r.failed = true
		r.last = withReason("failed: "+step(e), reason(e))
	case e.Kind == event.Skipped:
		r.last = withReason("skipped: "+step(e), reason(e))
	case e.Kind == event.Done:
		r.last = withReason("done: "+step(e), cleanLine(e.Text))
	}
}

// detail is shown behind its action, or the newest one where it names none.
func (r *row) detail(key, text string) {
	i := slices.IndexFunc(r.open, func(s openStep) bool { return s.key == key })
	if i < 0 {
		i = len(r.open) - 1
	}
	if i < 0 {
		r.last = text
		return
	}
	r.open[i].detail = text
}

func (r *row) text() string {
	if !r.running() || r.failed {
		return r.last
	}
	newest := r.open[len(r.open)-1]
	return withReason(newest.text, newest.detail)
}

func (r *row) took(now time.Time) string {
	d := r.until.Sub(r.since)
	if r.running() || r.until.IsZero() {
		d = now.Sub(r.since).Truncate(time.Second)
		if d < 10*time.Second {
			return fmt.Sprintf("%ds", int(d.Seconds())) // tenths would flicker
		}
	}
	return elapsed(d)
}

// liveLine is a line and its width on the screen, which colours do not add to.
type liveLine struct {
	text  string
	width int
}

// frame is what the screen shall show: a line a row, cut to the width. A
// screen too low for all shows those first that run or failed, in their order,
// and counts the others.
func frame(rows []*row, now time.Time, width, height int, s style) []liveLine {
	shown, hidden := fit(rows, max(1, height-1))
	labels := 0
	for _, r := range rows {
		labels = max(labels, runewidth.StringWidth(r.label))
	}
	var lines []liveLine
	for _, r := range shown {
		lines = append(lines, lineOf(r, labels, now, width, s))
	}
	if hidden > 0 {
		text := cut(fmt.Sprintf("... and %d more", hidden), width)
		lines = append(lines, liveLine{text, runewidth.StringWidth(text)})
	}
	return lines
}

// fit picks the rows for n lines; where not all fit, one line is for their count.
func fit(rows []*row, n int) (shown []*row, hidden int) {
	if len(rows) <= n {
		return rows, 0
	}
	telling := func(r *row) bool { return r.running() || r.failed }
	room := n - 1
	pick := map[*row]bool{}
	for _, first := range []bool{true, false} {
		for _, r := range rows {
			if telling(r) == first && len(pick) < room {
				pick[r] = true
			}
		}
	}
	for _, r := range rows {
		if pick[r] {
			shown = append(shown, r)
		}
	}
	return shown, len(rows) - len(shown)
}

func lineOf(r *row, labels int, now time.Time, width int, s style) liveLine {
	plain := cut(fmt.Sprintf("%s  %6s  %s", runewidth.FillRight(r.label, labels), r.took(now), r.text()), width)
	line := liveLine{text: plain, width: runewidth.StringWidth(plain)}
	switch {
	case r.failed:
		line.text = s.bad(plain)
	case !r.running():
		line.text = s.good(plain)
	}
	return line
}

// cut leaves the last column free: a terminal may wrap when it is written to.
func cut(text string, width int) string {
	return runewidth.Truncate(text, max(1, width-1), "~")
}
