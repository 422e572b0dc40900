// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) destroyCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "destroy",
			Usage:     "remove guests and all that is theirs",
			ArgsUsage: "[CONFIG | --project NAME] [GUEST...]",
			Description: `Removes the guests with their disks, data disks among them, and with the last
one the project's networks, pool, keys and GC roots. What vmprov did not make is
never touched. It asks on a terminal; elsewhere --yes is needed.`,
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "project", Category: groupHow, Usage: "remove the project `NAME`; needs no configuration"},
				&cli.BoolFlag{Name: "keep-disks", Category: groupHow, Usage: "keep data disks, and the guests that own them"},
				&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Category: groupHow, Usage: "do not ask"},
				dryRunFlag(),
				metricsFlag(),
			},
			Action: func(c *cli.Context) error {
				o, err := p.destroyOptions(c)
				if err != nil {
					return err
				}
				return p.change(c, func(ctx context.Context, env run.Env) (*run.Summary, error) {
					if !o.Yes && !o.DryRun && env.Confirm == nil {
						e := usagef("destroy: nobody can be asked, as this is no terminal")
						e.hint = "add --yes to remove without a question, or --dry-run to see what would go"
						return nil, e
					}
					return p.verbs.destroy(ctx, env, o)
				})
			},
		},
		examples: []string{
			"vmprov destroy",
			"vmprov destroy fleet.yaml xfs-2 --keep-disks",
			"vmprov destroy --project fstests --yes",
		},
	}
}

func (p *program) destroyOptions(c *cli.Context) (run.DestroyOptions, error) {
	o := run.DestroyOptions{
		Project:   c.String("project"),
		KeepDisks: c.Bool("keep-disks"),
		Yes:       c.Bool("yes"),
		DryRun:    c.Bool("dry-run"),
	}
	var err error
	o.Selection, err = p.projectOrSelection(c)
	return o, err
}

// projectOrSelection: a project that is named needs no configuration.
func (p *program) projectOrSelection(c *cli.Context) (run.Selection, error) {
	if !c.IsSet("project") {
		return p.selection(c)
	}
	s, err := selectFrom(p.opts.file, c.Args().Slice())
	switch {
	case err != nil:
		return s, err
	case c.String("project") == "":
		return s, usagef("--project: is empty")
	case s.Config != "":
		return s, usagef("--project and a configuration (`%s`) exclude each other", s.Config)
	}
	return s, nil
}
