// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/plan"
	"vmprov/internal/state"
	"vmprov/internal/virt"
	"vmprov/network"
)

// observe reads what exists, and whether the host lets the guests have their paths.
func (p *project) observe(ctx context.Context, d plan.Desired, guests []config.Guest) (plan.Observed, error) {
	name, path := d.PoolWanted()
	o, err := plan.Observe(ctx, p.client, p.file.Project, name, path)
	if err != nil {
		return o, err
	}
	if p.host.Local {
		if o.Routes, err = network.HostRoutes(); err != nil {
			return o, err
		}
	}
	o.Bootless = p.bootless
	o.Unfit = p.preflight(ctx, guests, d.Images)
	p.debugStubs(o, guests)
	o.Folders = p.missingFolders(guests)
	return o, nil
}

// preflight checks every path that guests need, side by side.
func (p *project) preflight(ctx context.Context, guests []config.Guest, images map[string]image.Artifact) map[string]error {
	unfit := map[string]error{}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(16)
	for _, spec := range guests {
		g.Go(func() error {
			if err := p.unfit(spec, images); err != nil {
				mu.Lock()
				unfit[spec.Name] = err
				mu.Unlock()
			}
			return ctx.Err()
		})
	}
	_ = g.Wait() // an interruption is seen by whoever goes on
	return unfit
}

func (p *project) unfit(spec config.Guest, images map[string]image.Artifact) error {
	return errors.Join(p.faults(spec, images)...)
}

// faults are why a guest cannot run on this host: paths, and what the host lacks.
func (p *project) faults(spec config.Guest, images map[string]image.Artifact) []error {
	var errs []error
	check := func(what, path string, use virt.PathUse) {
		if path == "" {
			return
		}
		if err := p.host.Preflight(path, use); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		} else if use == virt.ReadFile {
			p.warnOnce(spec.Name, what, p.host.Doubt(path))
		}
	}
	for _, name := range imageNames(spec) {
		if p.unbuilt[name] != nil {
			errs = append(errs, fmt.Errorf("image `%s` could not be had", name))
		}
		check(fmt.Sprintf("image `%s`", name), images[name].Path, virt.ReadFile)
	}
	for _, disk := range spec.Disks {
		check(fmt.Sprintf("disk `%s`", disk.Name), disk.Path, diskUse(disk))
	}
	if err := p.bootless[spec.Name]; err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, p.unfitShares(spec)...)
	for _, lack := range plan.Lacks(spec, p.file.Networks, p.host) {
		errs = append(errs, lack)
	}
	return errs
}

// diskUse is what a disk's path is needed for. A file that the guest only reads
// is left to its owner, so QEMU's user must be able to read it.
func diskUse(d config.Disk) virt.PathUse {
	if d.ReadOnly && !plan.IsDevice(d.Path) {
		return virt.ReadFile
	}
	return virt.DiskFile
}

// warnOnce says what preflight doubts, once in a command that observes twice.
func (p *project) warnOnce(guest, what, doubt string) {
	if doubt == "" {
		return
	}
	text := what + ": " + doubt
	if _, said := p.doubts.LoadOrStore(guest+"/"+text, true); !said {
		p.env.Emit(event.Event{Kind: event.Warning, Guest: guest, Text: text})
	}
}

// decide observes and diffs. A plan that makes what projects share is decided
// again under the host's lock, which release lets go of; release is nil where
// none was needed.
func (p *project) decide(ctx context.Context, d plan.Desired, guests []config.Guest, diff diff) (
	pl *plan.Plan, o plan.Observed, release func(), err error,
) {
	if o, err = p.observe(ctx, d, guests); err != nil {
		return nil, o, nil, err
	}
	if pl, err = diff(o); err != nil || !pl.Shared() {
		return pl, o, nil, err
	}
	lock, err := state.AcquireHost(ctx, p.client.URI())
	if err != nil {
		return nil, o, nil, err
	}
	release = sync.OnceFunc(func() { _ = lock.Release() })
	if o, err = p.observe(ctx, d, guests); err == nil {
		pl, err = diff(o)
	}
	if err != nil {
		release()
		return nil, o, nil, err
	}
	return pl, o, release, nil
}
