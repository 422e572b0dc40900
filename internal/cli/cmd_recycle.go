// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/internal/plan"
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
back to what it had, and the others are left running. With --on-failure stop it
is left for a look at it, with continue the others go on. What takes space is
made before a guest is shut down.`,
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "build", Category: groupAsk, Usage: "build the images and take the newest"},
				&cli.StringFlag{Name: "parallel", Category: groupHow, Usage: "work on `N` guests, or N%, at once (default: all)"},
				&cli.IntFlag{Name: "max-unavailable", Category: groupHow, Usage: "let at most `N` guests be down at a time (default: any)"},
				&cli.IntFlag{Name: "canary", Category: groupHow, Value: 1, Usage: "let `N` guests of a new image go first (default: 1)"},
				&cli.DurationFlag{Name: "grace", Category: groupHow, Usage: "give guests `TIME` to power off (default: stopTimeout)"},
				&cli.StringFlag{Name: "on-failure", Category: groupHow, Value: string(plan.Rollback), Usage: "`HOW` is rollback (the default), stop or continue"},
				metricsFlag(),
				dryRunFlag(),
				onPanicFlag(),
				overrideFlag(),
				updateFlag(),
			},
			Action: func(c *cli.Context) error {
				o, err := p.recycleOptions(c)
				if err != nil {
					return err
				}
				return p.change(c, func(ctx context.Context, env run.Env) (*run.Summary, error) {
					return p.verbs.recycle(ctx, env, o)
				})
			},
		},
		examples: []string{
			"vmprov recycle xfs-1",
			"vmprov recycle /srv/fleet --build --parallel 25% --max-unavailable 2",
			"0 3 * * *  vmprov recycle /srv/fleet/ --build --quiet   # crontab(5)",
		},
	}
}

func (p *program) recycleOptions(c *cli.Context) (o run.RecycleOptions, err error) {
	if o.Selection, err = p.selection(c); err != nil {
		return o, err
	}
	if o.Building, err = buildingOf(c, c.Bool("build"), "without --build"); err != nil {
		return o, err
	}
	if o.Parallel, err = shareOf(c, "parallel"); err != nil {
		return o, err
	}
	if o.RestartPanicked, err = restartsPanicked(c); err != nil {
		return o, err
	}
	o.Build, o.DryRun = c.Bool("build"), c.Bool("dry-run")
	o.MaxUnavailable, o.Canary = c.Int("max-unavailable"), c.Int("canary")
	o.Grace, o.OnFailure = c.Duration("grace"), plan.OnFailure(c.String("on-failure"))
	switch {
	case c.IsSet("max-unavailable") && o.MaxUnavailable < 1:
		return o, usagef("--max-unavailable: must be at least 1, got %d", o.MaxUnavailable)
	case o.Canary < 0:
		return o, usagef("--canary: must not be negative, got %d", o.Canary)
	case c.IsSet("grace") && o.Grace <= 0:
		return o, usagef("--grace: must be more than 0, got %s", o.Grace)
	case !slices.Contains(plan.OnFailures, o.OnFailure):
		return o, usagef("--on-failure: must be rollback, stop or continue, got `%s`", o.OnFailure)
	}
	return o, nil
}

// shareOf reads a number of guests, or a percentage of them.
func shareOf(c *cli.Context, flag string) (run.Share, error) {
	text := c.String(flag)
	if !c.IsSet(flag) {
		return run.Share{}, nil
	}
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil || n < 1:
		return run.Share{}, usagef("--%s: must be a number from 1, or a percentage, got `%s`", flag, text)
	case percent && n > 100:
		return run.Share{}, usagef("--%s: must be at most 100%%, got `%s`", flag, text)
	case percent:
		return run.Share{Percent: n}, nil
	}
	return run.Share{Number: n}, nil
}
