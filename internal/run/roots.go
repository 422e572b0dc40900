// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/internal/plan"
)

// hold makes a GC root of every store path that guests back on and boot or are
// about to: nix may collect garbage at any time.
func (p *project) hold(ctx context.Context, images map[string]image.Artifact, boots map[string]plan.Boot, o plan.Observed) error {
	wanted := storePaths(o)
	for _, artifact := range images {
		if artifact.StorePath != "" {
			wanted[artifact.StorePath] = true
		}
	}
	for _, b := range boots {
		for _, path := range b.StorePaths() {
			wanted[path] = true
		}
	}
	held, err := p.folder.Roots()
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for path := range wanted {
		name := filepath.Base(path)
		if held[name] == path {
			continue
		}
		link, err := p.folder.RootPath(name)
		if err != nil {
			return err
		}
		g.Go(func() error { return image.AddRoot(ctx, path, link) })
	}
	return g.Wait()
}

// letGo removes the GC roots that no overlay names any more. While a mark
// cannot be read nobody knows what it names, and all of them stay.
func (p *project) letGo(o plan.Observed) error {
	if len(o.Broken) > 0 {
		return nil
	}
	named := storePaths(o)
	held, err := p.folder.Roots()
	if err != nil {
		return err
	}
	for name, path := range held {
		if named[path] {
			continue
		}
		if err := p.folder.RemoveRoot(name); err != nil {
			return err
		}
	}
	return nil
}

// storePaths are what the guests of a project back on, run and boot.
func storePaths(o plan.Observed) map[string]bool {
	out := map[string]bool{}
	for _, g := range o.Guests {
		for _, path := range g.Mark.StorePaths() {
			out[path] = true
		}
	}
	return out
}
