// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"

	"vmprov/internal/config"
	"vmprov/internal/plan"
	"vmprov/internal/virt"
)

// Fitness is whether a host can run the guests of a configuration.
type Fitness struct {
	Project string `json:"project"`
	// Host is the libvirtd that was asked, in words.
	Host   string         `json:"host"`
	Guests []GuestFitness `json:"guests"`
}

// GuestFitness is what one guest wants and the host does not have.
type GuestFitness struct {
	Guest string      `json:"guest"`
	Lacks []plan.Lack `json:"lacks"`
	// Notes are what the host does in another way than the guest may expect.
	Notes []string `json:"notes,omitempty"`
}

// Fit asks the host whether it can run the selected guests. Nothing is built
// or made: an image that nix builds is not looked at.
func Fit(ctx context.Context, env Env, s Selection) (*Fitness, error) {
	p, selected, err := openSelected(env, s)
	if err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	defer p.close()
	if err := p.readDevices(ctx, selected); err != nil {
		return nil, err
	}
	out := &Fitness{Project: p.file.Project, Host: p.hostWords(), Guests: []GuestFitness{}}
	for _, g := range selected {
		out.Guests = append(out.Guests, p.fitness(g))
	}
	return out, nil
}

func (p *project) hostWords() string {
	return fmt.Sprintf("%s: libvirt %s, QEMU %s", p.host.URI, versionText(p.host.LibVersion), versionText(p.host.QEMUVersion))
}

func (p *project) fitness(g config.Guest) GuestFitness {
	out := GuestFitness{Guest: g.Name, Lacks: []plan.Lack{}, Notes: plan.HostNotes(g, p.host)}
	if file := p.file.Images[g.Image].File; file != "" {
		if err := p.host.Preflight(file, virt.ReadFile); err != nil {
			out.Lacks = append(out.Lacks, plan.Lack{Guest: g.Name, Key: "image", Text: err.Error()})
		}
	}
	for _, err := range p.faults(g, nil) {
		lack, ok := err.(plan.Lack)
		if !ok {
			lack = plan.Lack{Guest: g.Name, Text: err.Error()}
		}
		out.Lacks = append(out.Lacks, lack)
	}
	return out
}
