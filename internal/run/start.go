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
	p, err := openProject(env, o.Config)
	if err != nil {
		return nil, err
	}
	selected, err := p.file.Select(o.Guests)
	if err != nil {
		return nil, err
	}
	images, err := p.prepare(ctx, selected, false)
	if err != nil {
		return nil, err
	}
	defer p.close()
	options := plan.UpOptions{Selected: selected, Named: map[string]bool{}, Existing: true, NoWait: o.NoWait}
	for _, g := range selected {
		options.Named[g.Name] = true
	}
	diff := func(d plan.Desired) func(plan.Observed) (*plan.Plan, error) {
		return func(observed plan.Observed) (*plan.Plan, error) { return plan.DiffUp(d, observed, options) }
	}
	return p.change(ctx, change{images: images, guests: selected, diff: diff, parallel: o.Parallel})
}
