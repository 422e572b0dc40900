// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) gdbCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "gdb",
			Usage:       "debug a guest's kernel",
			ArgsUsage:   "[CONFIG] GUEST",
			Description: "Runs gdb(1) with the vmlinux beside the guest's kernel on QEMU's stub, which the\nguest has by `gdb: {port: 1234}`.",
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "print", Category: groupHow, Usage: "print the command line in place of running it"},
			},
			Action: func(c *cli.Context) error {
				configPath, guest, err := p.oneGuest(c)
				if err != nil {
					return err
				}
				o := run.GDBOptions{Config: configPath, Guest: guest, Print: c.Bool("print")}
				return p.hand(c, func(ctx context.Context, env run.Env) error {
					return p.verbs.gdb(ctx, env, o)
				})
			},
		},
		examples: []string{"vmprov gdb kdev", "vmprov gdb --print kdev"},
	}
}
