// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"vmprov/internal/event"
)

// live shows one line a guest (and one for each action that belongs to no
// guest) at the bottom of a terminal and rewrites them in place. Notes and
// warnings scroll by above. It uses no alternate screen and hides no cursor:
// whenever it ends, also by a second interrupt, the terminal is in order.
type live struct {
	// painting is held while the terminal is written to, mu while rows change:
	// a terminal that stands still (ctrl-S) does not hold up Emit.
	painting sync.Mutex
	w        io.Writer
	size     func() (width, height int)
	shown    []int // width of each line on the screen
	style    style

	mu    sync.Mutex
	now   func() time.Time
	rows  []*row
	byKey map[string]*row
	above []string // lines to scroll by, not yet written
	dirty bool

	stop, stopped chan struct{}
}

var _ renderer = (*live)(nil)

func newLive(w io.Writer, size func() (int, int), now func() time.Time, s style) *live {
	return &live{w: w, size: size, now: now, style: s, byKey: map[string]*row{}}
}

// start repaints every interval until Close.
func (l *live) start(interval time.Duration) {
	l.stop, l.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(l.stopped)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				l.repaint()
			case <-l.stop:
				return
			}
		}
	}()
}

func (l *live) Emit(e event.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e.Kind {
	case event.Note:
		l.above = append(l.above, subject(e)+": "+cleanLine(e.Text))
	case event.Warning:
		l.above = append(l.above, subject(e)+": "+l.style.warn("warning:")+" "+cleanLine(e.Text))
	default:
		l.rowOf(e).take(e, l.now())
	}
	l.dirty = true
}

// rowOf is the guest's line, or for what belongs to no guest the action's.
func (l *live) rowOf(e event.Event) *row {
	key, label := "guest "+e.Guest, cleanLine(e.Guest)
	if e.Guest == "" {
		key, label = "action "+stepKey(e), programName
	}
	r := l.byKey[key]
	if r == nil {
		r = &row{label: label, since: l.now()}
		l.byKey[key] = r
		l.rows = append(l.rows, r)
	}
	return r
}

// repaint brings the screen up to date, where there is anything to show: a
// running line changes with every second.
func (l *live) repaint() {
	l.painting.Lock()
	defer l.painting.Unlock()
	l.mu.Lock()
	running := slices.ContainsFunc(l.rows, func(r *row) bool { return r.running() })
	if !l.dirty && !running {
		l.mu.Unlock()
		return
	}
	width, height := l.size()
	lines := frame(l.rows, l.now(), width, height, l.style)
	above := l.above
	l.above, l.dirty = nil, false
	l.mu.Unlock()
	l.write(above, lines, width)
}

// write puts lines where those shown before stood. l.painting is held.
func (l *live) write(above []string, lines []liveLine, width int) {
	var b strings.Builder
	if up := rowsOnScreen(l.shown, width); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", up)
	}
	for _, line := range above {
		b.WriteString(line + "\x1b[K\n")
	}
	l.shown = l.shown[:0]
	for _, line := range lines {
		b.WriteString(line.text + "\x1b[K\n")
		l.shown = append(l.shown, line.width)
	}
	b.WriteString("\x1b[J")
	// The display is a courtesy: a terminal that went away must not stop the work.
	_, _ = io.WriteString(l.w, b.String())
}

// rowsOnScreen is how many rows lines of these widths take; a terminal that
// was made narrower since has wrapped them.
func rowsOnScreen(widths []int, width int) int {
	rows := 0
	for _, w := range widths {
		rows += 1 + max(0, w-1)/max(1, width)
	}
	return rows
}

// Alone leaves the lines so far where they are and begins anew below what fn writes.
func (l *live) Alone(fn func()) {
	l.repaint()
	l.painting.Lock()
	defer l.painting.Unlock()
	fn()
	l.shown = nil
}

// Close shows every line once more, however many there are, and leaves them.
func (l *live) Close() {
	if l.stop != nil {
		close(l.stop)
		<-l.stopped
	}
	l.painting.Lock()
	defer l.painting.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rows) == 0 && len(l.above) == 0 {
		return
	}
	width, _ := l.size()
	l.write(l.above, frame(l.rows, l.now(), width, len(l.rows)+2, l.style), width)
	l.above, l.shown = nil, nil
}
