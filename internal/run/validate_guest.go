// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/image/nixos"
	"vmprov/internal/config"
)

// Agreement is how a configuration and its guests' own systems stand to each other.
type Agreement struct {
	Project string           `json:"project"`
	Guests  []GuestAgreement `json:"guests"`
}

// GuestAgreement is what one guest's two sides do not agree on.
type GuestAgreement struct {
	Guest string `json:"guest"`
	// Skipped is why they were not compared: the guest's system cannot be read.
	Skipped     string             `json:"skipped,omitempty"`
	Differences []nixos.Difference `json:"differences"`
}

// Agree evaluates the flakes of the selected guests and compares what their
// systems mount with what the configuration declares.
func Agree(ctx context.Context, env Env, s Selection) (*Agreement, error) {
	p, selected, err := openSelected(env, s)
	if err != nil {
		return nil, err
	}
	sources := map[source]bool{}
	for _, g := range selected {
		sources[p.source(g)] = true
	}
	systems, err := p.systems(ctx, sources)
	if err != nil {
		return nil, err
	}
	out := &Agreement{Project: p.file.Project, Guests: []GuestAgreement{}}
	for _, g := range selected {
		guest := GuestAgreement{Guest: g.Name, Differences: []nixos.Difference{}}
		if sys := systems[p.source(g)]; sys.unread != nil {
			guest.Skipped = sys.unread.Error()
		} else {
			guest.Differences = append(guest.Differences, nixos.Compare(declared(g), sys.mounts)...)
		}
		out.Guests = append(out.Guests, guest)
	}
	return out, nil
}

// source is what a guest's system comes from.
type source struct {
	name     string
	image    config.Image
	toplevel bool
}

func (p *project) source(g config.Guest) source {
	if own := g.Imageless; own != nil {
		return source{g.Family, config.Image{Flake: own.Flake, Attribute: own.Attribute, File: own.Closure}, true}
	}
	return source{name: g.Image, image: p.file.Images[g.Image]}
}

// system is what an image's system mounts, or why that cannot be read.
type system struct {
	mounts []nixos.Mount
	unread error
}

// systems evaluates each flake once, side by side.
func (p *project) systems(ctx context.Context, sources map[source]bool) (map[source]system, error) {
	out := map[source]system{}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	for from := range sources {
		g.Go(func() error {
			request := p.request(from.name, from.image)
			request.Toplevel = from.toplevel
			mounts, err := image.GuestMounts(ctx, request, p.env.Emit)
			if err != nil && !errors.Is(err, image.ErrNoSystem) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			out[from] = system{mounts, err}
			return nil
		})
	}
	return out, g.Wait()
}
