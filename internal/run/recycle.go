// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"

	"vmprov/internal/plan"
)

// RecycleOptions are the flags of recycle.
type RecycleOptions struct {
	Selection
	// Build takes the newest build of the image; without it guests take what
	// was built last.
	Build    bool
	Parallel int
	DryRun   bool
	// RestartPanicked starts a guest anew, once, whose kernel panicked while it
	// was waited for.
	RestartPanicked bool
	Building
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
	options := plan.RecycleOptions{Selected: selected, Canary: 1}
	diff := func(d plan.Desired, o plan.Observed) (*plan.Plan, error) { return plan.DiffRecycle(d, o, options) }
	return p.change(ctx, change{images: images, guests: selected, diff: diff, parallel: o.Parallel, dryRun: o.DryRun})
}
