// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

func (p *program) doctorCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "doctor",
			Usage:       "look at everything that vmprov needs on the host",
			ArgsUsage:   "[CONFIG]",
			Description: "Looks at libvirtd, nix, QEMU's devices, virtiofsd, KVM and the pool, and says\nfor each what to do. It works without a configuration too.",
			Action: func(c *cli.Context) error {
				path, err := p.configOnly(c)
				if err != nil && (path != "" || !errors.Is(err, fs.ErrNotExist)) {
					return err
				}
				var failed error
				err = query(p, c, func(ctx context.Context, env run.Env) ([]run.Check, error) {
					checks, err := p.verbs.doctor(ctx, env, run.Selection{Config: path})
					failed = failedChecks(checks)
					return checks, err
				}, func(w io.Writer, checks []run.Check) error {
					return writeChecks(w, p.styleOf(p.out.w), checks)
				})
				if err != nil {
					return err
				}
				return failed
			},
		},
		examples: []string{"vmprov doctor", "vmprov doctor examples/quickstart"},
	}
}
