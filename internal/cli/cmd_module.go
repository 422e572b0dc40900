// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) moduleCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "module",
			Usage:     "print a guest's mounts as a NixOS module",
			ArgsUsage: "[CONFIG] [GUEST]",
			Description: `Prints nixos-flake.shares and nixos-flake.storage for the shares and disks of a
guest that have a target, with the disks by their stable links. Without GUEST
all guests must mount the same. The command ` + "`vmprov validate --guest`" + `
compares the two sides.`,
			Action: func(c *cli.Context) error {
				s, err := p.selection(c)
				if err != nil {
					return err
				}
				if len(s.Guests) > 1 {
					return usagef("module takes one guest, got `%s` and `%s`", s.Guests[0], s.Guests[1])
				}
				return query(p, c, func(_ context.Context, env run.Env) (*run.GuestModule, error) {
					return p.verbs.module(env, s)
				}, writeModule)
			},
		},
		examples: []string{"vmprov module > mounts.nix", "vmprov module fleet.yaml xfs-1"},
	}
}

func writeModule(w io.Writer, m *run.GuestModule) error {
	_, err := fmt.Fprint(w, m.Module)
	return err
}
