// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"time"

	"vmprov/internal/plan"
)

// RecycleOptions are the flags of recycle.
type RecycleOptions struct {
	Selection
	// Build takes the newest build of the image; without it guests take what
	// was built last.
	Build    bool
	Parallel Share
	// MaxUnavailable is how many guests are down or not ready at a time; 0 for any number.
	MaxUnavailable int
	// Canary is how many guests of each new image go before the others.
	Canary int
	// Grace is how long a guest may take to power off; 0 for its own stopTimeout.
	Grace     time.Duration
	OnFailure plan.OnFailure
	DryRun    bool
	// RestartPanicked starts a guest anew, once, whose kernel panicked while it
	// was waited for.
	RestartPanicked bool
	Building
}

// Share is how many of some guests: a number, or a part of them in percent.
// Its zero value is all.
type Share struct{ Number, Percent int }

// Of is the share of so many guests, at least one; 0 for all.
func (s Share) Of(guests int) int {
	if s.Percent == 0 {
		return s.Number
	}
	return max(1, guests*s.Percent/100)
}

// Recycle gives guests a new root overlay.
func Recycle(ctx context.Context, env Env, o RecycleOptions) (*Summary, error) {
	p, selected, err := openSelected(env, o.Selection)
	if err != nil {
		return nil, err
	}
	p.building, p.restartPanicked = o.Building, o.RestartPanicked
	images, err := p.prepare(ctx, selected, o.Build)
	if err != nil {
		return nil, err
	}
	defer p.close()
	parallel := o.Parallel.Of(len(selected))
	options := plan.RecycleOptions{
		Selected: selected, Canary: o.Canary, MaxUnavailable: o.MaxUnavailable, OnFailure: o.OnFailure,
		Grace: o.Grace, Bounded: parallel > 0,
	}
	diff := func(d plan.Desired, o plan.Observed) (*plan.Plan, error) { return plan.DiffRecycle(d, o, options) }
	return p.change(ctx, change{images: images, guests: selected, diff: diff, parallel: parallel, dryRun: o.DryRun})
}
