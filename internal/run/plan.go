// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"

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
	p, err := openProject(env, o.Config)
	if err != nil {
		return nil, err
	}
	options, err := p.upOptions(o)
	if err != nil {
		return nil, err
	}
	p.building = o.Building
	images, err := p.prepare(ctx, options.Selected, !o.NoBuild)
	if err != nil {
		return nil, err
	}
	defer p.close()
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
		for _, name := range missingImages(p, options) {
			pl.Notes = append(pl.Notes, "image `"+name+"`: not built")
		}
	}
	return planResult(pl), nil
}

func missingImages(p *project, o plan.UpOptions) []string {
	var out []string
	for name, want := range imagesOf(p.file, o.Selected) {
		if want.File == "" {
			out = append(out, name)
		}
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
