// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) consoleCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "console",
			Usage:       "attach to a guest's serial console",
			ArgsUsage:   "[CONFIG] GUEST",
			Description: "Attaches the terminal to the guest's serial console until ctrl-].",
			Action: func(c *cli.Context) error {
				configPath, guest, err := p.oneGuest(c)
				if err != nil {
					return err
				}
				return p.hand(c, func(ctx context.Context, env run.Env) error {
					return p.verbs.console(ctx, env, configPath, guest)
				})
			},
		},
		examples: []string{"vmprov console xfs-1"},
	}
}

func (p *program) logsCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "logs",
			Usage:       "print a guest's console log",
			ArgsUsage:   "[CONFIG] GUEST",
			Description: "Prints what the guest wrote to its serial console, as it wrote it. Here -f means\n--follow; a configuration is named by --file or as an argument.",
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Category: groupHow, Usage: "go on as the guest writes"},
				&cli.IntFlag{Name: "boot", Category: groupHow, Usage: "the log of boot `N`, of a guest with a kernel of the host"},
			},
			Action: func(c *cli.Context) error {
				configPath, guest, err := p.oneGuest(c)
				if err != nil {
					return err
				}
				o := run.LogsOptions{Config: configPath, Guest: guest, Follow: c.Bool("follow"), Boot: c.Int("boot")}
				return p.hand(c, func(ctx context.Context, env run.Env) error {
					return p.verbs.logs(ctx, env, o)
				})
			},
		},
		examples: []string{"vmprov logs xfs-1", "vmprov logs -f fleet.yaml xfs-1"},
	}
}
