// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"slices"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// UpOptions are the flags of up and plan.
type UpOptions struct {
	Selection
	// Parallel bounds how many guests are worked on at once; 0 for all.
	Parallel int
	// NoWait returns when the guests run; NoBuild takes the images that guests have.
	NoWait, NoBuild, DryRun bool
	// Restart applies next-boot changes now; Recycle also takes new images;
	// Restore undoes hand edits; RemoveOrphans removes marked guests that the
	// file no longer declares; Adopt takes over a project of another origin.
	Restart, Recycle, Restore, RemoveOrphans, Adopt bool
	// Recreate names guests that are removed with their data disks and made anew.
	Recreate []string
	// RestartPanicked starts a guest anew, once, whose kernel panicked while it
	// was waited for.
	RestartPanicked bool
	Building
}

// Up brings the guests up.
func Up(ctx context.Context, env Env, o UpOptions) (*Summary, error) {
	p, options, images, err := prepareUp(ctx, env, o)
	if err != nil {
		return nil, err
	}
	defer p.close()
	diff := func(d plan.Desired, o plan.Observed) (*plan.Plan, error) { return plan.DiffUp(d, o, options) }
	return p.change(ctx, change{images: images, guests: options.Selected, diff: diff, parallel: o.Parallel, dryRun: o.DryRun})
}

// prepareUp is what up and plan do before they look at what exists.
func prepareUp(ctx context.Context, env Env, o UpOptions) (*project, plan.UpOptions, map[string]image.Artifact, error) {
	p, err := openProject(env, o.Config)
	if err != nil {
		return nil, plan.UpOptions{}, nil, err
	}
	options, err := p.upOptions(o)
	if err != nil {
		return nil, plan.UpOptions{}, nil, err
	}
	p.building, p.restartPanicked = o.Building, o.RestartPanicked
	images, err := p.prepare(ctx, options.Selected, !o.NoBuild)
	return p, options, images, err
}

// upOptions picks the guests that the user named.
func (p *project) upOptions(o UpOptions) (plan.UpOptions, error) {
	selected, named, err := p.pick(slices.Concat(o.Guests, o.Recreate))
	if err != nil {
		return plan.UpOptions{}, err
	}
	if len(o.Guests) == 0 {
		// Naming guests to recreate does not narrow what is brought up.
		selected = p.file.Guests
	}
	_, recreate, err := p.pick(o.Recreate)
	if err != nil {
		return plan.UpOptions{}, err
	}
	return plan.UpOptions{
		Selected: selected, Named: named, NoWait: o.NoWait, Restart: o.Restart, Recycle: o.Recycle, Restore: o.Restore,
		RemoveOrphans: o.RemoveOrphans, Adopt: o.Adopt, Recreate: recreate,
	}, nil
}

// pick gives the guests that a command works on and which of them were named.
func (p *project) pick(names []string) (selected []config.Guest, named map[string]bool, err error) {
	selected, err = p.file.Select(names)
	if len(names) == 0 {
		return selected, nil, err
	}
	return selected, namesOf(selected), err
}

func namesOf(guests []config.Guest) map[string]bool {
	names := map[string]bool{}
	for _, g := range guests {
		names[g.Name] = true
	}
	return names
}

// change is one changing command after its images are there.
type change struct {
	images   map[string]image.Artifact
	guests   []config.Guest
	diff     func(plan.Desired, plan.Observed) (*plan.Plan, error)
	parallel int
	dryRun   bool
}

// change locks, holds the images, decides, applies and lets go of images that
// no overlay names any more.
func (p *project) change(ctx context.Context, c change) (*Summary, error) {
	d := p.desired(c.images)
	diff := noting(c.images, func(o plan.Observed) (*plan.Plan, error) { return c.diff(d, o) })
	if c.dryRun {
		pl, _, release, err := p.decide(ctx, d, c.guests, diff)
		if release != nil {
			release()
		}
		if err != nil {
			return nil, err
		}
		return &Summary{Project: pl.Project, Changed: !pl.Empty(), Plan: pl.String()}, p.unbuiltImages()
	}
	lock, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Release() }()
	if err := p.hold(ctx, c.images, p.boots, plan.Observed{}); err != nil {
		return nil, err
	}
	pl, observed, release, err := p.decide(ctx, d, c.guests, diff)
	if err != nil {
		return nil, fold(err, p.settleRoots(ctx, observed))
	}
	if release != nil {
		defer release()
	}
	if err := p.hold(ctx, nil, nil, observed); err != nil {
		return nil, err
	}
	p.say(pl)
	summary, err := p.apply(ctx, pl, c.parallel, release)
	err = fold(p.unbuiltImages(), err)
	if !pl.Empty() {
		// What is held is decided by what is there now, also after an interruption.
		after, observeErr := plan.ObserveMarks(context.WithoutCancel(ctx), p.client, p.file.Project)
		if observeErr != nil {
			return summary, fold(err, observeErr)
		}
		observed = after
	}
	return summary, fold(err, p.letGo(observed))
}

// settleRoots drops the roots that a refused command took.
func (p *project) settleRoots(ctx context.Context, o plan.Observed) error {
	if o.Guests == nil || ctx.Err() != nil {
		return nil
	}
	return p.letGo(o)
}
