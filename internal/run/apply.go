// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/go-multierror"
	"libvirt.org/go/libvirt"

	"vmprov/internal/event"
	"vmprov/internal/plan"
	"vmprov/internal/state"
	"vmprov/internal/virt"
	"vmprov/storage"
)

// GuestError is what failed for one guest.
type GuestError struct {
	Guest string
	Err   error
}

// Error names the guest once: some causes name it themselves.
func (e *GuestError) Error() string {
	name := fmt.Sprintf("guest `%s`", e.Guest)
	if text := e.Err.Error(); strings.Contains(text, name) {
		return text
	}
	return fmt.Sprintf("%s: %v", name, e.Err)
}

func (e *GuestError) Unwrap() error { return e.Err }

// say emits what a plan has to say before it is carried out.
func (p *project) say(pl *plan.Plan) {
	for _, note := range pl.Notes {
		p.env.Emit(event.Event{Kind: event.Note, Text: note})
	}
	for _, g := range pl.Guests {
		for _, text := range g.Remarks() {
			p.env.Emit(event.Event{Kind: event.Note, Guest: g.Guest, Text: text})
		}
	}
}

// apply carries a plan out and sums up what became of each guest. release is
// called when what projects share is made.
func (p *project) apply(ctx context.Context, pl *plan.Plan, parallel int, release func()) (*Summary, error) {
	applier := &plan.Applier{
		Client: p.client, Emit: p.env.Emit, LibVersion: p.host.LibVersion, Parallel: parallel,
		HostLock: p.hostLock, ConsoleTail: p.consoleTail, AfterShared: release,
		RestartPanicked: p.restartPanicked,
	}
	return summarize(pl, applier.Apply(ctx, pl))
}

func (p *project) hostLock(ctx context.Context) (func(), error) {
	lock, err := state.AcquireHost(ctx, p.client.URI())
	if err != nil {
		return nil, err
	}
	return func() { _ = lock.Release() }, nil
}

// summarize folds the results of actions into one result a guest, and their
// errors into one multierror.
func summarize(pl *plan.Plan, r plan.Result) (*Summary, error) {
	s := &Summary{Project: pl.Project, Changed: !pl.Empty()}
	var errs *multierror.Error
	failed := map[string][]error{}
	var shared error
	for _, a := range pl.Actions {
		err := r.Errors[a.ID]
		switch {
		case err == nil:
		case a.Guest == "":
			errs = multierror.Append(errs, err)
			shared = err
		default:
			failed[a.Guest] = append(failed[a.Guest], err)
		}
	}
	for _, g := range pl.Guests {
		result := Result{Guest: g.Guest, Outcome: string(g.Outcome), Address: g.Address, Detail: g.Detail(), Seconds: r.Seconds[g.Guest]}
		result.OldImage, result.NewImage = g.OldImage, g.NewImage
		_, begun := r.Seconds[g.Guest]
		err := errors.Join(failed[g.Guest]...)
		switch {
		case g.Blocked != nil:
			err = g.Blocked
		case len(failed[g.Guest]) == 1 && r.Done[g.Back]:
			result.Outcome = string(plan.RolledBack)
		case err != nil:
			result.Outcome = "failed"
		case r.Skipped[g.Guest] && !begun && shared == nil && g.Outcome == plan.Recycled:
			result.Outcome = string(plan.LeftAsItWas)
			result.Error = "not done, since another guest failed before its turn"
		case r.Skipped[g.Guest]:
			result.Outcome = "failed"
			result.Error = "not done, since something before it failed"
			if shared != nil {
				result.Error = virt.Text(shared)
			}
		}
		if err != nil {
			result.Error = strings.ReplaceAll(virt.Text(err), context.Canceled.Error(), "interrupted")
			errs = multierror.Append(errs, &GuestError{g.Guest, err})
		}
		s.Guests = append(s.Guests, result)
	}
	return s, errs.ErrorOrNil()
}

// fold puts a further error beside those that a verb ended in, so that each is
// said: whoever takes a multierror apart sees nothing that is joined to it.
func fold(err, further error) error {
	if further == nil {
		return err
	}
	if err == nil {
		return further
	}
	return multierror.Append(err, further)
}

// consoleTail is the end of a guest's console log, or why it cannot be read:
// an empty one says that the guest wrote nothing.
func (p *project) consoleTail(ctx context.Context, pool, volume string) string {
	var tail string
	err := p.client.Do(ctx, func(conn *libvirt.Connect) (err error) {
		tail, err = storage.Tail(ctx, conn, pool, volume, 4096)
		return err
	})
	if err != nil {
		return fmt.Sprintf("(%s)", virt.Text(err))
	}
	return tail
}
