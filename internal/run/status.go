// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// StatusOptions are the flags of status.
type StatusOptions struct {
	Selection
	// Project is shown without a configuration.
	Project string
}

// StatusReport is the state of a project as libvirt has it.
type StatusReport struct {
	Project string        `json:"project"`
	Guests  []GuestStatus `json:"guests"`
	// Notes are what needs the user's attention: orphans, another origin.
	Notes []string `json:"notes,omitempty"`
}

// GuestStatus is one guest.
type GuestStatus struct {
	Guest string `json:"guest"`
	// State is libvirt's word (running, shut off, paused, crashed) or "not created".
	State string `json:"state"`
	// Ready says that the running guest was seen ready since its boot.
	Ready   bool   `json:"ready"`
	Address string `json:"address,omitempty"`
	Image   string `json:"image,omitempty"` // path of the base image
	// Kernel is the running kernel's release (`uname -r`), as seen when the guest
	// was ready; Closure the store path that a guest without an image runs.
	Kernel  string `json:"kernel,omitempty"`
	Closure string `json:"closure,omitempty"`
	// Notes: stopped by its user, pending changes, changed by hand, open intent, orphan.
	Notes []string `json:"notes,omitempty"`
}

// Status looks and changes nothing; it builds nothing and takes no lock.
func Status(ctx context.Context, env Env, o StatusOptions) (*StatusReport, error) {
	p, err := openForDestroy(env, DestroyOptions{Selection: o.Selection, Project: o.Project})
	if err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	defer p.close()
	observed, err := p.look(ctx)
	if err != nil {
		return nil, err
	}
	return p.report(observed, o.Guests)
}

// look observes without preflight.
func (p *project) look(ctx context.Context) (plan.Observed, error) {
	name, path := p.desired(nil).PoolWanted()
	return plan.Observe(ctx, p.client, p.file.Project, name, path)
}

func (p *project) report(o plan.Observed, only []string) (*StatusReport, error) {
	r := &StatusReport{Project: p.file.Project, Guests: []GuestStatus{}, Notes: slices.Clone(o.Broken)}
	names, err := p.statusNames(o, only)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		r.Guests = append(r.Guests, p.guestStatus(o, name))
	}
	return r, nil
}

// statusNames are the declared guests in the file's order, then the orphans;
// with only, those of them that it names.
func (p *project) statusNames(o plan.Observed, only []string) ([]string, error) {
	var names []string
	for _, g := range p.file.Guests {
		names = append(names, g.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Guests)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(only) == 0 {
		return names, nil
	}
	wanted := map[string]bool{}
	for _, name := range only {
		if _, ok := o.Guests[name]; ok {
			wanted[name] = true
			continue
		}
		selected, err := p.declared(name)
		if err != nil {
			return nil, err
		}
		for _, g := range selected {
			wanted[g.Name] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !wanted[name] }), nil
}

func (p *project) guestStatus(o plan.Observed, name string) GuestStatus {
	s := GuestStatus{Guest: name, State: "not created"}
	g, ok := o.Guests[name]
	if !ok {
		if owner, taken := o.Taken[config.DomainName(p.file.Project, name)]; taken {
			s.Notes = append(s.Notes, fmt.Sprintf("domain `%s` is not this project's", owner))
		}
		return s
	}
	s.State, s.Image, s.Address = g.State, g.Mark.Base.Path, p.addressOf(o, g.Mark)
	s.Ready = g.Live != nil && g.Live.Ready
	if g.Kept() {
		s.Notes = append(s.Notes, "destroyed, its data disks are kept (`vmprov up` makes it anew around them)")
	} else if g.Mark.Wanted == plan.WantedStopped {
		s.Notes = append(s.Notes, "stopped by its user")
	} else if !g.Active {
		s.Notes = append(s.Notes, "it should run (`vmprov up` starts it)")
	} else if !s.Ready {
		s.Notes = append(s.Notes, "not seen ready yet")
	}
	s.running(g, p.configuredRelease(g))
	if g.State == "paused" {
		s.Notes = append(s.Notes, plan.Paused(g.Domain))
	}
	if spec, err := g.Mark.Spec(); err == nil && g.Active {
		if cut := plan.CutOff(p.file.Networks, o, p.file.Project, spec); cut != "" {
			s.Notes = append(s.Notes, fmt.Sprintf("cut off, as network `%s` is not active (`vmprov up --restart %s` starts both anew)", cut, name))
		}
	}
	for _, volume := range o.Lost(g) {
		s.Notes = append(s.Notes, fmt.Sprintf("volume `%s` was deleted by hand", volume))
	}
	if pending := g.Pending(); pending != "" {
		s.Notes = append(s.Notes, "pending until its next boot: "+pending)
	}
	if g.Mark.Intent != plan.IntentNone {
		s.Notes = append(s.Notes, fmt.Sprintf("unfinished: %s (%s)", g.Mark.Intent, carriesOn(g.Mark.Intent)))
	}
	if edits := g.Edited(p.host.LibVersion); len(edits) > 0 {
		s.Notes = append(s.Notes, "changed by hand: "+strings.Join(edits, ", "))
	}
	if p.file.Path != "" && !slices.ContainsFunc(p.file.Guests, func(d config.Guest) bool { return d.Name == name }) {
		s.Notes = append(s.Notes, "no longer in the file (`vmprov up --remove-orphans` removes it)")
	}
	return s
}

// addressOf is where a guest is found as far as that needs no asking.
func (p *project) addressOf(o plan.Observed, m plan.Mark) string { return p.reach(o, m).String() }

func (p *project) reach(o plan.Observed, m plan.Mark) plan.Reach {
	spec, err := m.Spec()
	if err != nil {
		return plan.Reach{}
	}
	return plan.ReachOf(p.file.Networks, o, p.file.Project, spec)
}

// carriesOn says which command finishes a change that was begun.
func carriesOn(i plan.Intent) string {
	if i == plan.IntentDestroy || i == plan.IntentKeep {
		return "`vmprov destroy` finishes it, `vmprov up` makes the guest anew"
	}
	return "`vmprov up` carries it on"
}
