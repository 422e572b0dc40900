// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) switchCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "switch",
			Usage:     "change the system of running guests without an image",
			ArgsUsage: "[CONFIG] GUEST...",
			Description: `Builds the closure of a guest without an image and activates it in the running
guest (switch-to-configuration test) without a boot. Its next boot takes it too,
and the kernel and modules of now, which a switch does not change. A reboot from
inside the guest is back on the closure that it was booted with.`,
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "no-build", Category: groupHow, Usage: "take the closures that were built last"},
				parallelFlag(),
				dryRunFlag(),
				overrideFlag(),
				updateFlag(),
			},
			Action: func(c *cli.Context) error {
				o, err := p.switchOptions(c)
				if err != nil {
					return err
				}
				return p.change(c, func(ctx context.Context, env run.Env) (*run.Summary, error) {
					return p.verbs.switchTo(ctx, env, o)
				})
			},
		},
		examples: []string{"vmprov switch kdev", "vmprov switch kdev --update"},
	}
}

func (p *program) switchOptions(c *cli.Context) (run.SwitchOptions, error) {
	s, err := p.selection(c)
	if err != nil {
		return run.SwitchOptions{}, err
	}
	if len(s.Guests) == 0 {
		return run.SwitchOptions{}, usagef("switch needs a guest")
	}
	parallel, err := parallelOf(c)
	if err != nil {
		return run.SwitchOptions{}, err
	}
	building, err := buildingOf(c, !c.Bool("no-build"), "with --no-build")
	return run.SwitchOptions{
		Selection: s, NoBuild: c.Bool("no-build"), Parallel: parallel, DryRun: c.Bool("dry-run"), Building: building,
	}, err
}
