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
	Building
}

// Recycle gives guests a new root overlay.
func Recycle(ctx context.Context, env Env, o RecycleOptions) (*Summary, error) {
	p, selected, err := openSelected(env, o.Selection)
	if err != nil {
		return nil, err
	}
	p.building = o.Building
	images, err := p.prepare(ctx, selected, o.Build)
	if err != nil {
		return nil, err
	}
	defer p.close()
	options := plan.RecycleOptions{Selected: selected, Canary: 1}
	diff := func(d plan.Desired, o plan.Observed) (*plan.Plan, error) { return plan.DiffRecycle(d, o, options) }
	return p.change(ctx, change{images: images, guests: selected, diff: diff, parallel: o.Parallel, dryRun: o.DryRun})
}
