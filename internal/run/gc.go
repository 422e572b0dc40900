// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/go-multierror"

	"vmprov/internal/config"
	"vmprov/internal/plan"
	"vmprov/internal/state"
	"vmprov/internal/virt"
)

// GCOptions are the flags of gc.
type GCOptions struct {
	// Config is a file or folder; empty for vmprov.yaml here.
	Config string
	// Project is cleaned up without a configuration.
	Project string
	// Disks deletes data disks and the state of TPMs too, where no guest has them.
	Disks  bool
	DryRun bool
}

// GCResult is what a garbage collection found, and what became of it.
type GCResult struct {
	Project string   `json:"project"`
	DryRun  bool     `json:"dryRun"`
	Items   []GCItem `json:"items"`
	// DeletedBytes are those of what was deleted, or would be in a dry run;
	// StoreBytes those of store paths that nix may collect now.
	DeletedBytes uint64 `json:"deletedBytes"`
	StoreBytes   uint64 `json:"storeBytes"`
	KeptBytes    uint64 `json:"keptBytes"`
	// Notes are what could not be looked at.
	Notes []string `json:"notes,omitempty"`
}

// GCItem is one thing that nothing refers to.
type GCItem struct {
	Kind string `json:"kind"`
	// Name of a volume or of a guest in known_hosts, else a path.
	Name  string `json:"name"`
	Guest string `json:"guest,omitempty"`
	Pool  string `json:"pool,omitempty"`
	// Bytes that it takes on the disk; of a GC root, those of its store path.
	Bytes uint64 `json:"bytes"`
	// Deleted is false for what is kept, what failed, and in a dry run.
	Deleted bool `json:"deleted"`
	// Kept is why it is not to be deleted.
	Kept  string `json:"kept,omitempty"`
	Error string `json:"error,omitempty"`
}

// GC deletes what is named as the project's and that nothing refers to.
func GC(ctx context.Context, env Env, o GCOptions) (*GCResult, error) {
	p, err := openForDestroy(env, DestroyOptions{Selection: Selection{Config: o.Config}, Project: o.Project})
	if err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	defer p.close()
	if !o.DryRun {
		lock, err := p.lock(ctx)
		if err != nil {
			return nil, err
		}
		defer func() { _ = lock.Release() }()
	}
	pl, found, release, err := p.planGC(ctx, o)
	if err != nil {
		return nil, err
	}
	defer release()
	if o.DryRun {
		return gcResult(pl, found, nil), nil
	}
	p.say(&plan.Plan{Notes: pl.Notes})
	applier := &plan.Applier{Client: p.client, Emit: p.env.Emit, LibVersion: p.host.LibVersion, HostLock: p.hostLock}
	done := applier.Apply(ctx, pl)
	return gcResult(pl, found, &done), gcErrors(pl, done)
}

// planGC plans under the locks of all projects whose guests could have the names
// of what is to be deleted: a name does not tell where the project's ends.
func (p *project) planGC(ctx context.Context, o GCOptions) (_ *plan.Plan, _ []plan.Garbage, release func(), err error) {
	pl, found, err := p.diffGC(ctx, o, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	busy, release, err := p.lockOthers(ctx, found)
	if err != nil || busy == nil {
		return pl, found, release, err
	}
	if pl, found, err = p.diffGC(ctx, o, busy); err != nil {
		release()
	}
	return pl, found, release, err
}

// lockOthers takes those locks for as long as the command works, and says which
// are another command's; busy is nil where there are none to take.
func (p *project) lockOthers(ctx context.Context, found []plan.Garbage) (busy map[string]bool, release func(), err error) {
	var others []string
	for _, g := range found {
		if g.Pool != "" && g.Kept == "" {
			others = append(others, plan.OtherProjects(p.file.Project, g.Guest)...)
		}
	}
	slices.Sort(others)
	var locks []*state.Lock
	release = func() {
		for _, lock := range locks {
			_ = lock.Release()
		}
	}
	for _, other := range slices.Compact(others) {
		if busy == nil {
			busy = map[string]bool{}
		}
		lock, err := state.Acquire(ctx, p.client.URI(), other, 0)
		var locked *state.LockedError
		switch {
		case errors.As(err, &locked):
			busy[other] = true
		case err != nil:
			release()
			return nil, nil, err
		default:
			locks = append(locks, lock)
		}
	}
	return busy, release, nil
}

func (p *project) diffGC(ctx context.Context, o GCOptions, busy map[string]bool) (*plan.Plan, []plan.Garbage, error) {
	d := p.desired(nil)
	name, path := d.PoolWanted()
	observed, err := plan.Observe(ctx, p.client, p.file.Project, name, path)
	if err != nil {
		return nil, nil, err
	}
	if err := observed.ObserveOwnPools(ctx, p.client); err != nil {
		return nil, nil, err
	}
	owners, err := p.folders(observed)
	if err != nil {
		return nil, nil, err
	}
	var folders []*state.Folder
	for _, owner := range owners {
		folders = append(folders, owner.folder)
	}
	left, err := plan.ObserveLeftovers(ctx, p.client, d, observed, folders)
	if err != nil {
		return nil, nil, err
	}
	left.Busy, left.Built = busy, namesBuilt(p.file)
	return plan.DiffGC(d, observed, left, plan.GCOptions{Disks: o.Disks})
}

// namesBuilt are those of what is built for a file, as the logs have them: images,
// and guests that boot a closure; nil where there is no file.
func namesBuilt(file *config.File) map[string]bool {
	if file.Path == "" {
		return nil
	}
	out := map[string]bool{}
	for name := range file.Images {
		out[name] = true
	}
	for _, g := range file.Guests {
		out[g.Name], out[g.Family] = true, true
	}
	return out
}

// gcResult says what became of what was found; done is nil in a dry run.
func gcResult(pl *plan.Plan, found []plan.Garbage, done *plan.Result) *GCResult {
	r := &GCResult{Project: pl.Project, DryRun: done == nil, Items: []GCItem{}, Notes: pl.Notes}
	for _, g := range found {
		item := GCItem{Kind: g.Kind, Name: g.Name, Guest: g.Guest, Pool: g.Pool, Bytes: g.Bytes, Kept: g.Kept}
		switch {
		case g.Kept != "":
			r.KeptBytes += g.Bytes
		case done != nil && notDone(pl, *done, g.Action) != "":
			item.Error = notDone(pl, *done, g.Action)
		default:
			item.Deleted = done != nil
			if g.Root {
				r.StoreBytes += g.Bytes
			} else {
				r.DeletedBytes += g.Bytes
			}
		}
		r.Items = append(r.Items, item)
	}
	return r
}

// notDone is why an action was not done; empty for one that was.
func notDone(pl *plan.Plan, done plan.Result, id plan.ID) string {
	if err := done.Errors[id]; err != nil {
		return virt.Text(err)
	}
	for _, need := range pl.Actions[id-1].Needs {
		if done.Errors[need] != nil {
			return "not done, since something before it failed"
		}
	}
	return ""
}

func gcErrors(pl *plan.Plan, done plan.Result) error {
	var errs *multierror.Error
	for _, a := range pl.Actions {
		if err := done.Errors[a.ID]; err != nil {
			errs = multierror.Append(errs, fmt.Errorf("collect garbage: %w", err))
		}
	}
	return errs.ErrorOrNil()
}
