// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

// Groups of flags in the help.
const (
	groupAsk = "What is done only when asked for"
	groupHow = "How it is done"
)

func (p *program) upCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "up",
			Usage:     "bring guests up",
			ArgsUsage: "[CONFIG] [GUEST...]",
			Description: `Builds the images, makes what is missing, starts the guests and waits until
they are ready. A running guest is never interrupted and a data disk never lost
unless a flag says so. A guest that was stopped by ` + "`vmprov stop`" + ` is started only
when it is named.`,
			Flags: append([]cli.Flag{
				parallelFlag(),
				&cli.BoolFlag{Name: "no-wait", Category: groupHow, Usage: "return when the guests run, ready or not"},
				dryRunFlag(),
				onPanicFlag(),
				metricsFlag(),
				updateFlag(),
			}, upFlags()...),
			Action: func(c *cli.Context) error {
				o, err := p.upOptions(c)
				if err != nil {
					return err
				}
				return p.change(c, func(ctx context.Context, env run.Env) (*run.Summary, error) {
					return p.verbs.up(ctx, env, o)
				})
			},
		},
		examples: []string{
			"vmprov up",
			"vmprov up examples/quickstart",
			"vmprov up fleet.yaml xfs-1 xfs-2 --restart",
		},
	}
}

func (p *program) planCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "plan",
			Usage:     "say what up would do, and why",
			ArgsUsage: "[CONFIG] [GUEST...]",
			Description: `Builds the images as up does, compares what is declared with what exists, and
names for each changed field its effect: live, next boot, recycle or recreate.
Nothing is changed.`,
			Flags: upFlags(),
			Action: func(c *cli.Context) error {
				o, err := p.upOptions(c)
				if err != nil {
					return err
				}
				return query(p, c, func(ctx context.Context, env run.Env) (*run.PlanResult, error) {
					return p.verbs.plan(ctx, env, o)
				}, writePlan)
			},
		},
		examples: []string{"vmprov plan", "vmprov plan --no-build", "vmprov plan --restart xfs-1"},
	}
}

// upFlags are the flags that up and plan share: they change what is planned.
func upFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "no-build", Category: groupHow, Usage: "leave guests on the images they have"},
		overrideFlag(),
		&cli.BoolFlag{Name: "restart", Category: groupAsk, Usage: "restart guests with changes that wait for a boot"},
		&cli.BoolFlag{Name: "recycle", Category: groupAsk, Usage: "renew the root disk of guests with a new image"},
		&cli.StringSliceFlag{Name: "recreate", Category: groupAsk, Usage: "remove `GUEST` with its data disks, make it anew"},
		&cli.BoolFlag{Name: "restore", Category: groupAsk, Usage: "undo what was changed by hand"},
		&cli.BoolFlag{Name: "remove-orphans", Category: groupAsk, Usage: "remove guests that the file no longer declares"},
		&cli.BoolFlag{Name: "adopt", Category: groupAsk, Usage: "take over the project from another file or host"},
	}
}

func (p *program) upOptions(c *cli.Context) (run.UpOptions, error) {
	s, err := p.selection(c)
	if err != nil {
		return run.UpOptions{}, err
	}
	building, err := buildingOf(c, !c.Bool("no-build"), "with --no-build")
	if err != nil {
		return run.UpOptions{}, err
	}
	restart, err := restartsPanicked(c)
	if err != nil {
		return run.UpOptions{}, err
	}
	parallel, err := parallelOf(c)
	return run.UpOptions{
		RestartPanicked: restart,

		Building:      building,
		Selection:     s,
		Parallel:      parallel,
		NoWait:        c.Bool("no-wait"),
		NoBuild:       c.Bool("no-build"),
		DryRun:        c.Bool("dry-run"),
		Restart:       c.Bool("restart"),
		Recycle:       c.Bool("recycle"),
		Restore:       c.Bool("restore"),
		RemoveOrphans: c.Bool("remove-orphans"),
		Adopt:         c.Bool("adopt"),
		Recreate:      c.StringSlice("recreate"),
	}, err
}

func parallelFlag() cli.Flag {
	return &cli.IntFlag{Name: "parallel", Category: groupHow, Usage: "work on `N` guests at once (default: all)"}
}

func dryRunFlag() cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Category: groupHow, Usage: "print the plan and change nothing"}
}

func parallelOf(c *cli.Context) (int, error) {
	n := c.Int("parallel")
	if c.IsSet("parallel") && n < 1 {
		return 0, usagef("--parallel: must be at least 1, got %d", n)
	}
	return n, nil
}
