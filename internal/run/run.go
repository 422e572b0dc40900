// SPDX-License-Identifier: Apache-2.0

// Package run is the verbs, one file each: pick guests and options, lock,
// plan, apply. A verb prints nothing: it emits events and returns values.
package run

import (
	"io"
	"time"

	"vmprov/internal/event"
)

// Env is what every verb is given by its caller.
type Env struct {
	// Version of vmprov, for the marks.
	Version string
	// Emit takes events; never nil.
	Emit event.Sink
	// Connect overrides the configuration's connection when it is not empty.
	Connect string
	// WaitLock is how long to wait for another command of the same project.
	WaitLock time.Duration
	// Confirm asks the user; nil where nobody can be asked, which means no.
	Confirm func(question string) (bool, error)
	// Stdin, Stdout and Stderr are for the verbs that hand a terminal on (ssh, console).
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// Selection is what a command line names: a configuration and guests of it.
type Selection struct {
	// Config is a file or folder; empty for vmprov.yaml here.
	Config string
	// Guests are names of guests or of counted families; empty for all.
	Guests []string
}

// Result is what became of one guest.
type Result struct {
	Guest string `json:"guest"`
	// Outcome in a word or two: unchanged, created, completed, started, changed, restarted, recycled, stopped, destroyed,
	// failed, blocked, rolled back, left stopped, left as it was.
	Outcome string `json:"outcome"`
	Address string `json:"address,omitempty"`
	// OldImage and NewImage are what a recycle takes the guest from and to, also where it did not get there.
	OldImage string `json:"oldImage,omitempty"`
	NewImage string `json:"newImage,omitempty"`
	// Detail says more: the fields that wait for the next boot, the images of a recycle.
	Detail string `json:"detail,omitempty"`
	Error  string `json:"error,omitempty"`
	// Seconds that the guest took, from its first action to its last.
	Seconds float64 `json:"seconds"`
}

// Summary is the result of a changing verb. It comes back beside an error
// too, as far as the verb got.
type Summary struct {
	Project string `json:"project"`
	// Changed is false when there was nothing to do.
	Changed bool     `json:"changed"`
	Guests  []Result `json:"guests"`
	// Plan is the plan's own text, a line an action, set for a dry run only.
	Plan string `json:"plan,omitempty"`
}
