// SPDX-License-Identifier: Apache-2.0

package run

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/event"
)

// closuresFile remembers in the state folder which closures were built last, so
// that recycle takes them without a build. Losing it costs nothing but that.
const closuresFile = "closures.json"

// closures are the closures of a command's guests, each built once.
type closures struct {
	p     *project
	build bool

	mu   sync.Mutex
	made map[string]*closureBuild
	// last are the store paths built last, by what they were built from.
	last map[string]string
}

// closureBuild is one closure that several guests may wait for.
type closureBuild struct {
	once    sync.Once
	closure image.Closure
	err     error
}

func newClosures(p *project, build bool) *closures {
	c := &closures{p: p, build: build, made: map[string]*closureBuild{}, last: map[string]string{}}
	if data, err := p.folder.ReadFile(closuresFile); err == nil {
		_ = json.Unmarshal(data, &c.last) // an unreadable memory is no memory
	}
	return c
}

func anyImageless(guests []config.Guest) bool {
	return slices.ContainsFunc(guests, func(g config.Guest) bool { return g.Imageless != nil })
}

// getAll builds the closures of all guests, side by side. What fails is said
// where the guest's boot is found; an interruption is an error.
func (c *closures) getAll(ctx context.Context, guests []config.Guest) error {
	var g errgroup.Group
	for _, spec := range guests {
		if spec.Imageless != nil {
			g.Go(func() error {
				_, _ = c.get(ctx, spec)
				return nil
			})
		}
	}
	_ = g.Wait()
	c.remember()
	return ctx.Err()
}

// get is the closure of a guest.
func (c *closures) get(ctx context.Context, spec config.Guest) (image.Closure, error) {
	from := spec.Imageless
	key := cmp.Or(from.Closure, from.Flake+"#"+from.Attribute)
	c.mu.Lock()
	b, ok := c.made[key]
	if !ok {
		b = &closureBuild{}
		c.made[key] = b
	}
	c.mu.Unlock()
	b.once.Do(func() { b.closure, b.err = c.make(ctx, key, spec.Family, from) })
	return b.closure, b.err
}

// make builds a closure, or takes the one that was built last.
func (c *closures) make(ctx context.Context, key, name string, from *config.Imageless) (image.Closure, error) {
	if from.Flake != "" && !c.build {
		c.mu.Lock()
		path, ok := c.last[key]
		c.mu.Unlock()
		if !ok || !present(path) {
			return image.Closure{}, fmt.Errorf("closure `%s`: not built (run without --no-build, or `vmprov build`)", name)
		}
		return image.ReadClosure(path)
	}
	request := c.p.request(name, config.Image{Flake: from.Flake, Attribute: from.Attribute, File: from.Closure})
	closure, err := image.BuildClosure(ctx, request, c.p.env.Emit)
	if err == nil && from.Flake != "" {
		c.mu.Lock()
		c.last[key] = closure.StorePath
		c.mu.Unlock()
	}
	return closure, err
}

func (c *closures) remember() {
	if !c.build || len(c.made) == 0 {
		return
	}
	data, err := json.Marshal(c.last)
	if err == nil {
		err = c.p.folder.WriteFile(closuresFile, data, 0o600)
	}
	if err != nil {
		c.p.env.Emit(event.Event{Kind: event.Warning, Action: "remember closures", Text: fmt.Sprintf("recycle will want --build: %v", err)})
	}
}
