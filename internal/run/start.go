// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"

	"vmprov/internal/plan"
)

// StartOptions are the flags of start.
type StartOptions struct {
	Selection
	Parallel int
	NoWait   bool
}

// Start starts guests that exist, also those that their user stopped.
func Start(ctx context.Context, env Env, o StartOptions) (*Summary, error) {
	p, selected, err := openSelected(env, o.Selection)
	if err != nil {
		return nil, err
	}
	images, err := p.prepare(ctx, selected, false)
	if err != nil {
		return nil, err
	}
	defer p.close()
	options := plan.UpOptions{Selected: selected, Named: namesOf(selected), Existing: true, NoWait: o.NoWait}
	diff := func(d plan.Desired, o plan.Observed) (*plan.Plan, error) { return plan.DiffUp(d, o, options) }
	return p.change(ctx, change{images: images, guests: selected, diff: diff, parallel: o.Parallel})
}
