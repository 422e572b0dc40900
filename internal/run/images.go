// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/hashicorp/go-multierror"
	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/plan"
)

// builtFile remembers in the state folder what was built last, so that recycle
// takes it without a build. Losing it costs nothing but that.
const builtFile = "images.json"

// built is one image as it was built last, and from what.
type built struct {
	From     config.Image   `json:"from"`
	Artifact image.Artifact `json:"artifact"`
}

// images are the artifacts of the guests' images: built anew, or without build
// what was built last and is still there. Ready files are read either way. The
// error holds every image that failed, and p.unbuilt has them by name; the
// others are given beside it.
func (p *project) images(ctx context.Context, guests []config.Guest, build bool) (map[string]image.Artifact, error) {
	wanted := imagesOf(p.file, guests)
	if build {
		if err := p.prepareFlakes(ctx, withClosures(wanted, guests)); err != nil {
			return nil, err
		}
	}
	remembered := p.remembered()
	out := map[string]image.Artifact{}
	p.unbuilt = map[string]error{}
	var mu sync.Mutex
	var g errgroup.Group // without a context: one image's failure does not end the others
	for name, want := range wanted {
		g.Go(func() error {
			if !build && want.File == "" {
				mu.Lock()
				defer mu.Unlock()
				if last, ok := remembered[name]; ok && last.From == want && present(last.Artifact.Path) {
					out[name] = last.Artifact
				}
				return nil
			}
			artifact, err := image.Build(ctx, p.request(name, want), p.env.Emit)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				p.unbuilt[name] = err
			} else {
				out[name], remembered[name] = artifact, built{want, artifact}
			}
			return nil
		})
	}
	_ = g.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if build {
		p.remember(remembered)
	}
	return out, p.unbuiltImages()
}

// unbuiltImages is what failed of the images, in the order of their names.
func (p *project) unbuiltImages() error {
	var errs *multierror.Error
	for _, name := range slices.Sorted(maps.Keys(p.unbuilt)) {
		errs = multierror.Append(errs, p.unbuilt[name])
	}
	return errs.ErrorOrNil()
}

func present(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (p *project) request(name string, want config.Image) image.Request {
	r := image.Request{Name: name, Flake: want.Flake, Attribute: want.Attribute, File: want.File}
	if want.Flake != "" {
		r.Overrides = p.building.Overrides
		r.Log = p.folder.Path(plan.BuildLogName(name))
	}
	if owner := p.file.Owner; os.Geteuid() == 0 && owner.UID != 0 {
		r.User = &image.User{UID: owner.UID, GID: owner.GID, Name: owner.Name, Home: owner.Home}
	}
	return r
}

// imagesOf are the distinct images of guests, by name: of their root disks and
// of data disks.
func imagesOf(file *config.File, guests []config.Guest) map[string]config.Image {
	out := map[string]config.Image{}
	for _, g := range guests {
		for _, name := range imageNames(g) {
			out[name] = file.Images[name]
		}
	}
	return out
}

// withClosures are the images and the closures' flakes, whose names cannot meet.
func withClosures(images map[string]config.Image, guests []config.Guest) map[string]config.Image {
	out := maps.Clone(images)
	for _, g := range guests {
		if own := g.Imageless; own != nil && own.Flake != "" {
			out["closure of "+g.Family] = config.Image{Flake: own.Flake, Attribute: own.Attribute}
		}
	}
	return out
}

// imageNames are the images that a guest's disks back on, each once.
func imageNames(g config.Guest) []string {
	var names []string
	if g.Image != "" {
		names = append(names, g.Image)
	}
	for _, d := range g.Disks {
		if d.Image != "" && !slices.Contains(names, d.Image) {
			names = append(names, d.Image)
		}
	}
	return names
}

func (p *project) remembered() map[string]built {
	out := map[string]built{}
	if data, err := p.folder.ReadFile(builtFile); err == nil {
		_ = json.Unmarshal(data, &out) // an unreadable memory is no memory
	}
	return out
}

func (p *project) remember(images map[string]built) {
	data, err := json.Marshal(images)
	if err == nil {
		err = p.folder.WriteFile(builtFile, data, 0o600)
	}
	if err != nil {
		p.env.Emit(event.Event{Kind: event.Warning, Action: "remember images", Text: fmt.Sprintf("recycle will want --build: %v", err)})
	}
}
