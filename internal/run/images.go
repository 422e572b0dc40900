// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/event"
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
// what was built last and is still there. Ready files are read either way.
func (p *project) images(ctx context.Context, guests []config.Guest, build bool) (map[string]image.Artifact, error) {
	wanted := imagesOf(p.file, guests)
	if build {
		if err := p.prepareFlakes(ctx, wanted); err != nil {
			return nil, err
		}
	}
	remembered := p.remembered()
	out := map[string]image.Artifact{}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
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
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			out[name], remembered[name] = artifact, built{want, artifact}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if build {
		p.remember(remembered)
	}
	return out, nil
}

func present(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (p *project) request(name string, want config.Image) image.Request {
	r := image.Request{Name: name, Flake: want.Flake, Attribute: want.Attribute, File: want.File}
	if want.Flake != "" {
		r.Overrides = p.building.Overrides
		r.Log = p.folder.Path("build-" + name + ".log")
	}
	if owner := p.file.Owner; os.Geteuid() == 0 && owner.UID != 0 {
		r.User = &image.User{UID: owner.UID, GID: owner.GID, Name: owner.Name, Home: owner.Home}
	}
	return r
}

// imagesOf are the distinct images of guests, by name.
func imagesOf(file *config.File, guests []config.Guest) map[string]config.Image {
	out := map[string]config.Image{}
	for _, g := range guests {
		out[g.Image] = file.Images[g.Image]
	}
	return out
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
