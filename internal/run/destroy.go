// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"sync"

	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// DestroyOptions are the flags of destroy.
type DestroyOptions struct {
	Selection
	// Project is destroyed without a configuration.
	Project string
	// KeepDisks leaves the data disks, in the guest's mark.
	KeepDisks bool
	// Yes does not ask.
	Yes    bool
	DryRun bool
}

// ErrDeclined says that the user was asked and said no.
var ErrDeclined = errors.New("nothing was destroyed: not confirmed")

// Destroy removes guests and, when the whole project goes, all that is the project's.
func Destroy(ctx context.Context, env Env, o DestroyOptions) (*Summary, error) {
	p, err := openForDestroy(env, o)
	if err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	defer p.close()
	if o.DryRun {
		_, pl, _, err := p.planDestroy(ctx, o)
		if err != nil {
			return nil, err
		}
		return &Summary{Project: pl.Project, Changed: !pl.Empty(), Plan: pl.String()}, nil
	}
	lock, err := p.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Release() }()
	observed, pl, all, err := p.planDestroy(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := p.confirm(o, pl); err != nil {
		return nil, err
	}
	folders, err := p.folders(observed)
	if err != nil {
		return nil, err
	}
	p.say(pl)
	summary, err := p.apply(ctx, pl, 0, nil)
	return summary, fold(err, p.cleanUp(context.WithoutCancel(ctx), folders, all))
}

// openForDestroy opens a project by its configuration, or by its name alone.
func openForDestroy(env Env, o DestroyOptions) (*project, error) {
	if o.Project == "" {
		return openProject(env, o.Config)
	}
	if err := config.CheckName(o.Project); err != nil {
		return nil, fmt.Errorf("destroy project: %w", err)
	}
	return openNamed(env, o.Project)
}

// openNamed opens a project without a configuration.
func openNamed(env Env, name string) (*project, error) {
	owner, err := caller()
	if err != nil {
		return nil, err
	}
	file := &config.File{Project: name, Connection: config.ConnectionOr(env.Connect), Owner: owner}
	folder, err := openFolder(owner, name)
	if err != nil {
		return nil, err
	}
	return &project{env: env, file: file, folder: folder, doubts: new(sync.Map), initrds: new(sync.Map)}, nil
}

func caller() (config.Owner, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return config.Owner{}, fmt.Errorf("find the home folder: %w", err)
	}
	return config.Owner{UID: os.Geteuid(), GID: os.Getegid(), Home: home}, nil
}

// planDestroy plans the removal of the named guests, or of all and of what is
// the project's beside them.
func (p *project) planDestroy(ctx context.Context, o DestroyOptions) (observed plan.Observed, pl *plan.Plan, all bool, err error) {
	d := p.desired(nil)
	name, path := d.PoolWanted()
	if observed, err = plan.Observe(ctx, p.client, p.file.Project, name, path); err != nil {
		return observed, nil, false, err
	}
	if err := observed.ObserveOwnPools(ctx, p.client); err != nil {
		return observed, nil, false, err
	}
	guests, err := p.marked(observed, o.Guests)
	if err != nil {
		return observed, nil, false, err
	}
	all = len(guests) == len(observed.Guests)
	pl, err = plan.DiffDestroy(d, observed, plan.DestroyOptions{Guests: guests, All: all, KeepDisks: o.KeepDisks})
	return observed, pl, all, err
}

// marked picks guests by what marks say: a guest that the file no longer
// declares can be named too, and a family of the file means its guests.
func (p *project) marked(o plan.Observed, names []string) ([]string, error) {
	var all []string
	for name := range o.Guests {
		all = append(all, name)
	}
	slices.Sort(all)
	if len(names) == 0 {
		return all, nil
	}
	var out []string
	for _, name := range names {
		if slices.Contains(all, name) {
			out = append(out, name)
			continue
		}
		declared, err := p.declared(name)
		if err != nil {
			return nil, err
		}
		for _, g := range declared {
			if slices.Contains(all, g.Name) {
				out = append(out, g.Name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// declared are the guests that a name means in the file.
func (p *project) declared(name string) ([]config.Guest, error) {
	if p.file.Path == "" {
		return nil, &config.SelectionError{Reason: fmt.Sprintf("find guest `%s`: project `%s` has no such guest", name, p.file.Project)}
	}
	return p.file.Select([]string{name})
}

func (p *project) confirm(o DestroyOptions, pl *plan.Plan) error {
	if o.Yes || len(pl.Guests) == 0 {
		return nil
	}
	if p.env.Confirm == nil {
		return ErrDeclined
	}
	what := "with their data disks"
	if o.KeepDisks {
		what = "and keep their data disks"
	}
	yes, err := p.env.Confirm(fmt.Sprintf("destroy %d guests of project `%s` %s?", len(pl.Guests), p.file.Project, what))
	if err != nil {
		return err
	}
	if !yes {
		return ErrDeclined
	}
	return nil
}

// folders are the state folders of a project: the caller's and, for root, that
// of each owner that the marks name.
func (p *project) folders(o plan.Observed) ([]*project, error) {
	out := []*project{p}
	seen := map[int]bool{p.folder.User().UID: true}
	for _, g := range o.Guests {
		uid := g.Mark.Origin.UID
		if os.Geteuid() != 0 || seen[uid] {
			continue
		}
		seen[uid] = true
		u, err := user.LookupId(strconv.Itoa(uid))
		if err != nil {
			continue // the user is gone, and the home with him
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, fmt.Errorf("find the group of user %s: %w", u.Username, err)
		}
		folder, err := openFolder(config.Owner{UID: uid, GID: gid, Name: u.Username, Home: u.HomeDir}, p.file.Project)
		if err != nil {
			return nil, err
		}
		other := *p
		other.folder = folder
		out = append(out, &other)
	}
	return out, nil
}

// cleanUp lets go of the images and, with the last guest, of the state folders.
func (p *project) cleanUp(ctx context.Context, owners []*project, all bool) error {
	left, err := plan.ObserveMarks(ctx, p.client, p.file.Project)
	if err != nil {
		return err
	}
	var errs []error
	for _, owner := range owners {
		if all && len(left.Guests) == 0 && len(left.Broken) == 0 {
			errs = append(errs, owner.folder.Delete())
		} else {
			errs = append(errs, owner.letGo(left))
		}
	}
	return errors.Join(errs...)
}
