// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"

	"vmprov/internal/plan"
)

// StopOptions are the flags of stop.
type StopOptions struct {
	Selection
	Parallel int
}

// Stop shuts guests down, and up and recycle leave them stopped.
func Stop(ctx context.Context, env Env, o StopOptions) (*Summary, error) {
	p, selected, err := openSelected(env, o.Selection)
	if err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	defer p.close()
	diff := func(d plan.Desired, o plan.Observed) (*plan.Plan, error) { return plan.DiffStop(d, o, selected) }
	return p.change(ctx, change{guests: nil, diff: diff, parallel: o.Parallel})
}
