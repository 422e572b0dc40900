// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"

	"vmprov/internal/plan"
)

// GuestXML is the domain XML that would be defined for a guest.
type GuestXML struct {
	Guest string `json:"guest"`
	XML   string `json:"xml"`
}

// XML renders the selected guests as up would define them.
func XML(ctx context.Context, env Env, s Selection) ([]GuestXML, error) {
	p, selected, err := openSelected(env, s)
	if err != nil {
		return nil, err
	}
	images, err := p.prepare(ctx, selected, true)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if err := p.unbuiltImages(); err != nil {
		return nil, err
	}
	d := p.desired(images)
	observed, err := p.observe(ctx, d, selected)
	if err != nil {
		return nil, err
	}
	rendered, err := plan.Render(d, observed, selected)
	if err != nil {
		return nil, err
	}
	out := make([]GuestXML, 0, len(selected))
	for _, g := range selected {
		out = append(out, GuestXML{Guest: g.Name, XML: rendered[g.Name]})
	}
	return out, nil
}
