// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"fmt"
	"strings"
	"time"

	"vmprov/internal/foreign"
	"vmprov/internal/virt"
)

// TimeoutError says which probe a guest lacked.
type TimeoutError struct {
	Guest   string
	Probe   string
	After   time.Duration
	Last    error  // the probe's last error
	Hint    string // what to look at next
	Console string // the end of the console log
	// Silent is how long the console has said nothing; 0 where that is not long, or not known.
	Silent time.Duration
	// Trouble are the first lines of what the kernel said went wrong; empty for nothing.
	Trouble string
}

func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("wait for guest `%s`: not ready after %s: probe %s", e.Guest, e.After, e.Probe)
	if e.Last != nil {
		text += ": " + clean(virt.Text(e.Last))
	}
	if e.Silent > 0 {
		text += fmt.Sprintf("; its console has been silent for %s", e.Silent)
	}
	if first, _, _ := strings.Cut(e.Trouble, "\n"); first != "" {
		text += "; its kernel said: " + first
	}
	return text
}

func (e *TimeoutError) Unwrap() error { return e.Last }

// StoppedError says that a guest stopped or crashed while it was waited for.
type StoppedError struct{ Guest, Reason, Console string }

func (e *StoppedError) Error() string {
	reason := e.Reason
	if reason == "failed" { // libvirt's word for a QEMU that is gone without a good-bye
		reason = "its QEMU ended by itself, or was killed"
	}
	return fmt.Sprintf("wait for guest `%s`: it stopped: %s", e.Guest, reason)
}

// maxText bounds what a guest can put into a message, in characters.
const maxText = 300

// clean makes text that a guest had a hand in fit for a terminal and a log.
func clean(text string) string { return foreign.Line(strings.TrimSpace(text), maxText) }

// cleanLog is the end of a log, line by line fit for a terminal.
func cleanLog(text string, most int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	lines = lines[max(0, len(lines)-most):]
	for i, line := range lines {
		lines[i] = clean(line)
	}
	return strings.Join(lines, "\n")
}
