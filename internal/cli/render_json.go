// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"vmprov/internal/event"
	"vmprov/internal/virt"
)

// jsonLines writes each event as one line of JSON. A line with `kind` is an
// event; the command ends the stream with one `summary` line, and with an
// `error` line before it where it failed.
type jsonLines struct {
	mu  sync.Mutex
	enc *json.Encoder
	now func() time.Time
	run string
}

var _ renderer = (*jsonLines)(nil)

func newJSONLines(w io.Writer, now func() time.Time, run string) *jsonLines {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &jsonLines{enc: enc, now: now, run: run}
}

// eventLine is an event with what the renderer adds: the time, the id of the
// run and the error's text.
type eventLine struct {
	Time string `json:"time"` // RFC 3339, UTC
	Run  string `json:"run,omitempty"`
	event.Event
	Error string `json:"error,omitempty"`
}

// Emit leaves progress out: it is the raw output of another program.
func (j *jsonLines) Emit(e event.Event) {
	if e.Kind == event.Progress {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	line := eventLine{Time: j.now().UTC().Format(time.RFC3339Nano), Run: j.run, Event: e}
	if e.Err != nil {
		line.Error = virt.Text(e.Err)
	}
	// A failed write is remembered by the writer and ends in the exit code.
	_ = j.enc.Encode(line)
}

func (j *jsonLines) Alone(fn func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fn()
}

func (j *jsonLines) Close() {}
