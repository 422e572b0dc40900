// SPDX-License-Identifier: Apache-2.0

// Package plan decides and carries out: desired and observed go in, a plan
// comes out as data, and apply runs it. Diff is pure. It is the only code that
// combines domains, networks and storage to change them, and the only writer
// of marks.
package plan

import (
	"context"
	"fmt"
	"strings"

	"vmprov/internal/config"
)

// ID names an action of one plan, from 1.
type ID int

// Op is one step that Apply can do, about one libvirt call.
type Op interface {
	// describe is a verb phrase and the object it is done to.
	describe() (action, object string)
	run(ctx context.Context, a *Applier) error
}

// Action is one op of a plan with its reason and its place in the graph.
type Action struct {
	ID ID
	// Guest is empty for what guests share.
	Guest string
	Op    Op
	// Cause says in words why.
	Cause string
	// Needs are actions that must have succeeded before.
	Needs []ID
	// IfFailed, when set, is the action whose failure makes this one run.
	IfFailed ID
	// Quorums are needs of which not every action has to succeed.
	Quorums []Quorum
	// Halts names a group whose actions begin no more when this one fails;
	// Halted is the group that this action belongs to.
	Halts, Halted string
}

// Quorum is met as soon as Count of its actions have come out as wanted.
type Quorum struct {
	Count int
	// Of are actions that succeed.
	Of []ID
	// OrSkipped are actions that are not run at all.
	OrSkipped []ID
}

func (q Quorum) String() string {
	text := fmt.Sprintf("after %d of %s", q.Count, idList(q.Of))
	if len(q.OrSkipped) > 0 {
		text += " or none of " + idList(q.OrSkipped)
	}
	return text
}

// String is one line: [3] xfs-1: create volume `x` (after 1, 2): not there yet.
func (a Action) String() string {
	verb, object := a.Op.describe()
	var b strings.Builder
	fmt.Fprintf(&b, "[%d] ", a.ID)
	if a.Guest != "" {
		fmt.Fprintf(&b, "%s: ", a.Guest)
	}
	b.WriteString(verb)
	if object != "" {
		fmt.Fprintf(&b, " `%s`", object)
	}
	if conditions := a.conditions(); conditions != "" {
		fmt.Fprintf(&b, " (%s)", conditions)
	}
	if a.Cause != "" {
		fmt.Fprintf(&b, ": %s", a.Cause)
	}
	return b.String()
}

func (a Action) conditions() string {
	var parts []string
	if len(a.Needs) > 0 {
		parts = append(parts, "after "+idList(a.Needs))
	}
	for _, q := range a.Quorums {
		parts = append(parts, q.String())
	}
	if a.IfFailed != 0 {
		parts = append(parts, fmt.Sprintf("only if %d fails", a.IfFailed))
	}
	if a.Halted != "" {
		parts = append(parts, "unless another guest failed")
	}
	return strings.Join(parts, ", ")
}

func idList(ids []ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = fmt.Sprint(id)
	}
	return strings.Join(words, ", ")
}

// Outcome is what a plan makes of a guest, in a word or two.
type Outcome string

// Outcomes.
const (
	Unchanged   Outcome = "unchanged"
	Created     Outcome = "created"
	Completed   Outcome = "completed" // an open intent was carried on
	Changed     Outcome = "changed"
	Started     Outcome = "started"
	Restarted   Outcome = "restarted"
	Recycled    Outcome = "recycled"
	Stopped     Outcome = "stopped"
	Destroyed   Outcome = "destroyed"
	LeftStopped Outcome = "left stopped"
	// RolledBack: not ready on a new image, and back on what it had.
	RolledBack Outcome = "rolled back"
	// LeftAsItWas: its turn did not come, since another guest failed before.
	LeftAsItWas Outcome = "left as it was"
	Blocked     Outcome = "blocked"
)

// GuestPlan is what a plan says of one guest.
type GuestPlan struct {
	Guest   string
	Outcome Outcome
	// Changes are the fields that differ from the applied spec.
	Changes []config.Change
	// Notes are remarks: pending changes, hand edits, a new image.
	Notes []string
	// Blocked is why nothing is done to this guest.
	Blocked error
	// Address is known before the boot on the project's own networks.
	Address string
	// OldImage and NewImage are what a recycle takes the guest from and to.
	OldImage, NewImage string
	// Back is the action that ends a way back to what the guest had; 0 without one.
	Back ID
}

// Plan is what is to be done, in an order in which every action comes after
// those that it needs.
type Plan struct {
	Project string
	Actions []Action
	Guests  []GuestPlan
	// Notes are remarks about the project.
	Notes []string
}

// Empty says that there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Actions) == 0 }

// Shared says that the plan makes what projects share or compete for: a pool
// or a network's subnet.
func (p *Plan) Shared() bool {
	for _, a := range p.Actions {
		switch a.Op.(type) {
		case makePool, defineNetwork:
			return true
		}
	}
	return false
}

// Guest is what the plan says of a guest; nil for a guest it does not know.
func (p *Plan) Guest(name string) *GuestPlan {
	for i := range p.Guests {
		if p.Guests[i].Guest == name {
			return &p.Guests[i]
		}
	}
	return nil
}

// String is the plan for a reader: a guest and its changes, then a line an action.
func (p *Plan) String() string {
	var b strings.Builder
	for _, note := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	for _, g := range p.Guests {
		b.WriteString(g.String())
	}
	for _, a := range p.Actions {
		fmt.Fprintln(&b, a)
	}
	return b.String()
}

func (g GuestPlan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", g.Guest, g.Outcome)
	for _, c := range g.Changes {
		fmt.Fprintf(&b, "  %s\n", describeChange(c))
	}
	if image := g.newImage(); image != "" {
		fmt.Fprintf(&b, "  %s\n", image)
	}
	for _, note := range g.Notes {
		fmt.Fprintf(&b, "  note: %s\n", note)
	}
	if g.Blocked != nil {
		fmt.Fprintf(&b, "  blocked: %s\n", strings.ReplaceAll(g.Blocked.Error(), "\n", "\n    "))
	}
	return b.String()
}

// describeChange is "memory: 1GiB -> 2GiB (next boot)".
func describeChange(c config.Change) string {
	old, now := c.Old, c.New
	if old == "" {
		old = "(none)"
	}
	if now == "" {
		now = "(none)"
	}
	return fmt.Sprintf("%s: %s -> %s (%s)", c.Path, old, now, c.Effect)
}

// Remarks are the changes and notes of a guest, a line each.
func (g GuestPlan) Remarks() []string {
	var out []string
	for _, c := range g.Changes {
		out = append(out, describeChange(c))
	}
	if image := g.newImage(); image != "" {
		out = append(out, image)
	}
	return append(out, g.Notes...)
}

// newImage says that a recycle takes another image; empty where it does not.
func (g GuestPlan) newImage() string {
	if g.OldImage == g.NewImage {
		return ""
	}
	return fmt.Sprintf("image: %s -> %s", g.OldImage, g.NewImage)
}

// Detail is one line about a guest for a table: its notes.
func (g GuestPlan) Detail() string { return strings.Join(g.Notes, "; ") }
