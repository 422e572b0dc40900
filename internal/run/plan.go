// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// PlanResult is what up would do.
type PlanResult struct {
	Project string `json:"project"`
	Changed bool   `json:"changed"`
	// Text is the whole plan for a reader: images, changes with their effects, actions, blocked guests.
	Text string `json:"-"`
	// Actions is a line an action.
	Actions []string `json:"actions"`
	// Notes are pending changes, orphans, hand edits, blocked guests.
	Notes []string `json:"notes"`
}

// Plan builds like Up and says what it would do.
func Plan(ctx context.Context, env Env, o UpOptions) (*PlanResult, error) {
	p, options, images, err := prepareUp(ctx, env, o)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if err := p.unbuiltImages(); err != nil {
		return nil, err
	}
	d := p.desired(images)
	observed, err := p.observe(ctx, d, options.Selected)
	if err != nil {
		return nil, err
	}
	pl, err := noting(images, func(o plan.Observed) (*plan.Plan, error) { return plan.DiffUp(d, o, options) })(observed)
	if err != nil {
		return nil, err
	}
	if o.NoBuild {
		pl.Notes = append(pl.Notes, notBuilt(imagesOf(p.file, options.Selected), images)...)
	}
	return planResult(pl), nil
}

// notBuilt says of each image of a flake that the plan is made without a build:
// it takes what was built last, where that is still there.
func notBuilt(wanted map[string]config.Image, images map[string]image.Artifact) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if wanted[name].File != "" {
			continue
		}
		note := fmt.Sprintf("image `%s`: not built", name)
		if last, ok := images[name]; ok {
			note += ", taken as it was built last: " + last.Path
		}
		out = append(out, note)
	}
	return out
}

func planResult(pl *plan.Plan) *PlanResult {
	r := &PlanResult{Project: pl.Project, Changed: !pl.Empty(), Text: pl.String(), Actions: []string{}, Notes: append([]string{}, pl.Notes...)}
	for _, a := range pl.Actions {
		r.Actions = append(r.Actions, a.String())
	}
	for _, g := range pl.Guests {
		for _, remark := range g.Remarks() {
			r.Notes = append(r.Notes, g.Guest+": "+remark)
		}
		if g.Blocked != nil {
			r.Notes = append(r.Notes, g.Guest+": blocked: "+g.Blocked.Error())
		}
	}
	return r
}
