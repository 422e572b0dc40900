// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"time"
)

// longSilence is when a console that says nothing is worth a word: a boot that
// goes on says something more often.
const longSilence = 30 * time.Second

// hearing is what was last heard on a guest's console, and when.
type hearing struct {
	text string
	at   time.Time
}

// hears takes in what the console holds at a time.
func (h *hearing) hears(text string, now time.Time) {
	if text != h.text {
		h.text, h.at = text, now
	}
}

// silence is how long the console has said nothing; 0 where that is not long.
func (h *hearing) silence(now time.Time) time.Duration {
	length := now.Sub(h.at)
	if length < longSilence {
		return 0
	}
	return length.Round(time.Second)
}

// listen reads what the guest wrote on its console in this boot; empty where
// that is not known.
func (w *waiter) listen(ctx context.Context) string {
	if w.target.ConsoleSince == nil {
		return ""
	}
	text := w.target.ConsoleSince(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard.hears(text, time.Now())
	return text
}

// silence is how long the guest's console has said nothing; 0 where that is not
// long, or not known.
func (w *waiter) silence() time.Duration {
	if w.target.ConsoleSince == nil {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heard.silence(time.Now())
}
