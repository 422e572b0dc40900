// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"

	"github.com/hashicorp/go-multierror"

	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// SwitchOptions are the flags of switch.
type SwitchOptions struct {
	Selection
	// NoBuild takes the closures that were built last.
	NoBuild  bool
	Parallel int
	DryRun   bool
	Building
}

// Switch builds the closures of running guests without an image and makes them
// the guests' system, without a boot.
func Switch(ctx context.Context, env Env, o SwitchOptions) (*Summary, error) {
	p, selected, err := openSelected(env, o.Selection)
	if err != nil {
		return nil, err
	}
	if err := switchable(selected); err != nil {
		return nil, err
	}
	p.building = o.Building
	images, err := p.prepare(ctx, selected, !o.NoBuild)
	if err != nil {
		return nil, err
	}
	defer p.close()
	diff := func(d plan.Desired, o plan.Observed) (*plan.Plan, error) { return plan.DiffSwitch(d, o, selected) }
	return p.change(ctx, change{images: images, guests: selected, diff: diff, parallel: o.Parallel, dryRun: o.DryRun})
}

// switchable refuses guests with an image before anything is built.
func switchable(guests []config.Guest) error {
	var errs *multierror.Error
	for _, g := range guests {
		if g.Imageless == nil {
			errs = multierror.Append(errs, &GuestError{g.Name, errors.New(plan.HasImage)})
		}
	}
	return errs.ErrorOrNil()
}
