// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// Building is how images are built by one command.
type Building struct {
	// Overrides are packages that are built from local checkouts.
	Overrides []image.Override
	// Update renews the flakes' lock files first.
	Update bool
}

// BuildOptions are the flags of build.
type BuildOptions struct {
	Selection
	Building
}

// prepareFlakes does what is to be done before images are built, and refuses
// options that none of them could heed.
func (p *project) prepareFlakes(ctx context.Context, images map[string]config.Image) error {
	b := p.building
	flakes := slices.ContainsFunc(slices.Collect(maps.Values(images)), func(i config.Image) bool { return i.Flake != "" })
	switch {
	case !flakes && (b.Update || len(b.Overrides) > 0):
		return errors.New("build images: none of these guests' images is built from a flake, so there is nothing to override or update")
	case b.Update:
		return p.update(ctx, images)
	}
	return nil
}

// update renews the lock file of every distinct flake, one after the other:
// two images may be of one flake.
func (p *project) update(ctx context.Context, images map[string]config.Image) error {
	done := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(images)) {
		flake := images[name].Flake
		if flake == "" || done[flake] {
			continue
		}
		done[flake] = true
		if err := image.Update(ctx, p.request(name, images[name]), p.env.Emit); err != nil {
			return err
		}
	}
	return nil
}

// diff is a comparison of what a command wants with what exists.
type diff func(plan.Observed) (*plan.Plan, error)

// noting is a diff whose plan also says which images are not what their flakes
// alone make of them, whether they were built now or remembered.
func noting(images map[string]image.Artifact, d diff) diff {
	return func(o plan.Observed) (*plan.Plan, error) {
		pl, err := d(o)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(images)) {
			if overrides := images[name].Overrides; overrides != "" {
				pl.Notes = append(pl.Notes, fmt.Sprintf("image `%s`: built with local sources: %s", name, overrides))
			}
		}
		return pl, nil
	}
}
