// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/internal/config"
	"vmprov/internal/run"
)

func (p *program) validateCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "validate",
			Usage:     "check a configuration",
			ArgsUsage: "[CONFIG] [GUEST...]",
			Description: `Says OK, or lists every fault as FILE:LINE:COL: PATH: RULE, GOT VALUE. With
--guest it also evaluates the flakes of the guests (all, or those named) and
lists each mount on which their systems and the configuration do not agree:
tags, devices, mount points, file systems, read-only. With --host it asks
libvirtd whether the host has what the guests want, and lists what it lacks:
firmware, devices, CPU models, huge pages, folders. Nothing is built.`,
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "guest", Category: groupHow, Usage: "compare with what the guests' flakes mount"},
				&cli.BoolFlag{Name: "host", Category: groupHow, Usage: "compare with what the host has"},
			},
			Action: func(c *cli.Context) error {
				switch {
				case c.Bool("guest") && c.Bool("host"):
					return usagef("choose one of --guest and --host")
				case c.Bool("guest"):
					return p.validateGuests(c)
				case c.Bool("host"):
					return p.validateHost(c)
				}
				path, err := p.configOnly(c)
				if err != nil {
					return err
				}
				path = cmp.Or(path, config.DefaultFile)
				return query(p, c, func(context.Context, run.Env) (validated, error) {
					f, err := p.verbs.validate(path)
					if err != nil {
						return validated{}, err
					}
					return newValidated(path, f), nil
				}, writeValidated)
			},
		},
		examples: []string{"vmprov validate", "vmprov validate examples/nvme/vmprov.yaml", "vmprov validate --guest xfs-1", "vmprov validate --host"},
	}
}

// validated is the result of validate.
type validated struct {
	Config  string   `json:"config"`
	Project string   `json:"project"`
	Guests  []string `json:"guests"`
}

func newValidated(path string, f *config.File) validated {
	v := validated{Config: path, Project: f.Project, Guests: []string{}}
	for _, g := range f.Guests {
		v.Guests = append(v.Guests, g.Name)
	}
	return v
}

func writeValidated(w io.Writer, v validated) error {
	_, err := fmt.Fprintf(w, "%s: OK, %s\n", v.Config, count(len(v.Guests), "guest"))
	return err
}

// validateGuests lists the differences, and fails where there is one.
func (p *program) validateGuests(c *cli.Context) error {
	return judge(p, c, verdict[run.Agreement]{p.verbs.agree, func(a *run.Agreement) (found int) {
		for _, g := range a.Guests {
			found += len(g.Differences)
		}
		return found
	}, writeAgreement, func(found int) error {
		return fmt.Errorf("compare guests: %s between the configuration and their systems", count(found, "difference"))
	}})
}

// verdict is a look at what guests are measured by.
type verdict[T any] struct {
	look func(context.Context, run.Env, run.Selection) (*T, error)
	// found is how many faults there are.
	found func(*T) int
	// write lists them, of the configuration at path.
	write  func(w io.Writer, path string, result *T) error
	failed func(found int) error
}

// judge lists what a look at guests finds, and fails where that is anything.
func judge[T any](p *program, c *cli.Context, v verdict[T]) error {
	s, err := p.selection(c)
	if err != nil {
		return err
	}
	found := 0
	err = query(p, c, func(ctx context.Context, env run.Env) (*T, error) {
		result, err := v.look(ctx, env, s)
		if err == nil {
			found = v.found(result)
		}
		return result, err
	}, func(w io.Writer, result *T) error {
		return v.write(w, cmp.Or(s.Config, config.DefaultFile), result)
	})
	if err == nil && found > 0 {
		err = v.failed(found)
	}
	return err
}

func writeAgreement(w io.Writer, path string, a *run.Agreement) error {
	agreed := 0
	for _, g := range a.Guests {
		switch {
		case g.Skipped != "":
			fmt.Fprintf(w, "%s: not compared: %s\n", g.Guest, clean(g.Skipped))
		case len(g.Differences) == 0:
			agreed++
		}
		for _, d := range g.Differences {
			fmt.Fprintf(w, "%s: %s\n", g.Guest, strings.ReplaceAll(clean(d.Mount+": "+d.Text), "\n", " "))
		}
	}
	_, err := fmt.Fprintf(w, "%s: valid, %d of %s agree with their systems\n", path, agreed, count(len(a.Guests), "guest"))
	return err
}
