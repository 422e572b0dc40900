// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"

	"vmprov/image"
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

// unbootable is why a guest cannot boot the kernel and modules that the
// configuration names, as far as it is known before its closure is built.
func (p *project) unbootable(g config.Guest) error {
	switch {
	case g.Imageless == nil && g.Kernel == "":
		return nil
	case g.Imageless == nil:
		_, err := p.direct(g)
		return err
	case !p.host.Local:
		return errOtherStore
	}
	if built := g.Imageless.Closure; built != "" {
		c, err := image.ReadClosure(built)
		if err != nil {
			return err
		}
		_, err = p.withClosure(g, c)
		return err
	}
	if _, err := p.viewMount(plan.View{Tag: config.StoreTag, Source: image.StoreFolder}); err != nil {
		return fmt.Errorf("imageless: %w", err)
	}
	if g.Imageless.Kernel == "" {
		return nil // the closure's
	}
	k, modules, err := p.kernelOf(g, g.Imageless.Kernel)
	if err != nil {
		return err
	}
	return p.able(g, k, g.Imageless.Initrd, modules)
}

func (p *project) fitness(g config.Guest) GuestFitness {
	out := GuestFitness{Guest: g.Name, Lacks: []plan.Lack{}, Notes: plan.HostNotes(g, p.host)}
	if file := p.file.Images[g.Image].File; file != "" {
		if err := p.host.Preflight(file, virt.ReadFile); err != nil {
			out.Lacks = append(out.Lacks, plan.Lack{Guest: g.Name, Key: "image", Text: err.Error()})
		}
	}
	if err := p.unbootable(g); err != nil {
		out.Lacks = append(out.Lacks, plan.Lack{Guest: g.Name, Text: err.Error()})
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
