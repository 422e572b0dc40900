// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) sshCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "ssh",
			Usage:       "log in to a guest, or run a command in it",
			ArgsUsage:   "[CONFIG] GUEST [--] [COMMAND...]",
			Description: "Runs ssh(1) with the project's key and known hosts, and exits as it does. Flags\nof vmprov stand before the guest; what follows it is the guest's.",
			Action: func(c *cli.Context) error {
				configPath, guest, cmd, err := remoteArgs(p.opts.file, c.Args().Slice())
				if err != nil {
					return err
				}
				if err := checkReadable(configPath); err != nil {
					return err
				}
				return p.hand(c, func(ctx context.Context, env run.Env) error {
					return p.verbs.ssh(ctx, env, run.SSHOptions{Config: configPath, Guest: guest, Command: cmd})
				})
			},
		},
		examples: []string{"vmprov ssh xfs-1", "vmprov ssh xfs-1 -- nvme list", "vmprov ssh fleet.yaml xfs-1 uname -r"},
		remote:   true,
	}
}

func (p *program) sshConfigCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "ssh-config",
			Usage:       "print an ssh_config for the guests",
			ArgsUsage:   "[CONFIG] [GUEST...]",
			Description: "Prints an ssh_config(5) that ssh, scp and rsync take. The names of its hosts are\nGUEST and GUEST.PROJECT.",
			Action: func(c *cli.Context) error {
				s, err := p.selection(c)
				if err != nil {
					return err
				}
				return p.hand(c, func(ctx context.Context, env run.Env) error {
					text, err := p.verbs.sshConfig(ctx, env, s)
					if err != nil {
						return err
					}
					return p.print(text)
				})
			},
		},
		examples: []string{"vmprov ssh-config > ssh_config; scp -F ssh_config xfs-1:/etc/fstab ."},
	}
}
