// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) recycleCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "recycle",
			Usage:     "give guests a new root disk",
			ArgsUsage: "[CONFIG] [GUEST...]",
			Description: `Shuts guests down, starts them on a new overlay of their image and removes the
old one when they are ready. Data disks, addresses and identities stay. With
--build the first guest tries the new image: if it does not get ready it goes
back to what it had, and the others are left running.`,
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "build", Category: groupAsk, Usage: "build the images and take the newest"},
				parallelFlag(),
				dryRunFlag(),
				onPanicFlag(),
				overrideFlag(),
				updateFlag(),
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
				building, err := buildingOf(c, c.Bool("build"), "without --build")
				if err != nil {
					return err
				}
				restart, err := restartsPanicked(c)
				if err != nil {
					return err
				}
				o := run.RecycleOptions{RestartPanicked: restart, Selection: s, Build: c.Bool("build"), Parallel: parallel, DryRun: c.Bool("dry-run"), Building: building}
				return p.change(c, func(ctx context.Context, env run.Env) (*run.Summary, error) {
					return p.verbs.recycle(ctx, env, o)
				})
			},
		},
		examples: []string{
			"vmprov recycle xfs-1",
			"vmprov recycle /srv/fleet --build --parallel 4",
			"0 3 * * *  vmprov recycle /srv/fleet/ --build --quiet   # crontab(5)",
		},
	}
}
