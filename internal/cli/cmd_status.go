// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) statusCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "status",
			Usage:       "show the guests as libvirt has them",
			ArgsUsage:   "[CONFIG | --project NAME] [GUEST...]",
			Description: "Shows state, address, running kernel and image (or closure) of each guest, and\nbelow them what needs a look: pending changes, a kernel other than\nthe configured one, changes by hand, guests that the file no longer declares.",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "project", Category: groupHow, Usage: "show the project `NAME`; needs no configuration"},
			},
			Action: func(c *cli.Context) error {
				s, err := p.projectOrSelection(c)
				if err != nil {
					return err
				}
				o := run.StatusOptions{Selection: s, Project: c.String("project")}
				return query(p, c, func(ctx context.Context, env run.Env) (*run.StatusReport, error) {
					return p.verbs.status(ctx, env, o)
				}, writeStatus)
			},
		},
		examples: []string{"vmprov status", "vmprov status --json | jq -r '.guests[].address'", "vmprov status --project fstests"},
	}
}
