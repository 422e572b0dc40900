// SPDX-License-Identifier: Apache-2.0

// Package event is what happened, as values. Every layer may emit; only the
// command line renders. An event carries no text for a terminal and no time:
// the renderer adds both.
package event

// Kind says what an event is about.
type Kind string

// Kinds.
const (
	// Started: an action began. A Done or Failed of the same Guest, Action and Object follows.
	Started Kind = "started"
	// Done: an action succeeded.
	Done Kind = "done"
	// Failed: an action failed; Err says why.
	Failed Kind = "failed"
	// Skipped: an action was not run because one it needs failed, or because it does not apply.
	Skipped Kind = "skipped"
	// Waiting: a guest is not ready yet; Text names the probe it lacks.
	Waiting Kind = "waiting"
	// Progress: a line of a long-running program (nix), for a live display only.
	Progress Kind = "progress"
	// Note: something the user should know that is not a fault.
	Note Kind = "note"
	// Warning: something the user should look at.
	Warning Kind = "warning"
)

// Event is one thing that happened.
type Event struct {
	Kind Kind `json:"kind"`
	// Guest is the guest's name; empty for what belongs to no guest.
	Guest string `json:"guest,omitempty"`
	// Action is a verb phrase in the infinitive: "start", "create volume", "build image".
	Action string `json:"action,omitempty"`
	// Object is what the action is done to, such as a volume's name.
	Object string `json:"object,omitempty"`
	Text   string `json:"text,omitempty"`
	Err    error  `json:"-"`
}

// Sink takes events. It is called from several goroutines at once and must
// not block for long.
type Sink func(Event)

// Discard is a Sink that drops everything.
func Discard(Event) {}
