// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) startCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "start",
			Usage:       "start guests that exist",
			ArgsUsage:   "[CONFIG] [GUEST...]",
			Description: "Starts guests as they are, those that were stopped by `vmprov stop` among them,\nand waits until they are ready. Nothing is built or changed.",
			Flags: []cli.Flag{
				parallelFlag(),
				&cli.BoolFlag{Name: "no-wait", Category: groupHow, Usage: "return when the guests run, ready or not"},
			},
			Action: func(c *cli.Context) error {
				s, err := p.selection(c)
				if err != nil {
					return err
				}
				parallel, err := parallelOf(c)
				if err != nil {
					return err
				}
				o := run.StartOptions{Selection: s, Parallel: parallel, NoWait: c.Bool("no-wait")}
				return p.change(c, func(ctx context.Context, env run.Env) (*run.Summary, error) {
					return p.verbs.start(ctx, env, o)
				})
			},
		},
		examples: []string{"vmprov start", "vmprov start xfs-1 --no-wait"},
	}
}

func (p *program) stopCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "stop",
			Usage:       "shut guests down, and leave them so",
			ArgsUsage:   "[CONFIG] [GUEST...]",
			Description: "Shuts guests down, by force when their stopTimeout has passed. up and recycle\nleave them stopped until `vmprov start GUEST` or `vmprov up GUEST`.",
			Flags:       []cli.Flag{parallelFlag()},
			Action: func(c *cli.Context) error {
				s, err := p.selection(c)
				if err != nil {
					return err
				}
				parallel, err := parallelOf(c)
				if err != nil {
					return err
				}
				return p.change(c, func(ctx context.Context, env run.Env) (*run.Summary, error) {
					return p.verbs.stop(ctx, env, run.StopOptions{Selection: s, Parallel: parallel})
				})
			},
		},
		examples: []string{"vmprov stop", "vmprov stop fleet.yaml xfs-1"},
	}
}
