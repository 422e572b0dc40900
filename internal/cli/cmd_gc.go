// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"vmprov/internal/config"
	"vmprov/internal/run"
)

func (p *program) gcCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "gc",
			Usage:     "delete what nothing refers to any more",
			ArgsUsage: "[CONFIG | --project NAME]",
			Description: `Finds what is named as the project's and that no guest refers to: root disks,
console logs, copies of kernels, host keys, GC roots, read-only views, sockets
of gdb and files of the state folder. Deletes what lies in a pool that vmprov
made or in the state folder, and lists the rest. A data disk goes with --disks
only. What a guest names, what is open, and what may belong to a guest whose
mark cannot be read, stays.`,
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "project", Category: groupHow, Usage: "clean up after the project `NAME`; needs no configuration"},
				&cli.BoolFlag{Name: "disks", Category: groupHow, Usage: "delete data disks and TPM state that no guest has"},
				dryRunFlag(),
			},
			Action: func(c *cli.Context) error {
				s, err := p.projectOrSelection(c)
				if err != nil {
					return err
				}
				if len(s.Guests) > 0 {
					return usagef("gc takes no guests, got `%s`", s.Guests[0])
				}
				return p.collect(c, run.GCOptions{
					Config: s.Config, Project: c.String("project"), Disks: c.Bool("disks"), DryRun: c.Bool("dry-run"),
				})
			},
		},
		examples: []string{
			"vmprov gc --dry-run",
			"vmprov gc fleet.yaml --disks",
			"vmprov gc --project fstests",
		},
	}
}

// collect runs gc and prints what it found, also beside an error.
func (p *program) collect(c *cli.Context, o run.GCOptions) error {
	var result *run.GCResult
	p.use = changes
	err := p.with(c, p.newRenderer(true), func(ctx context.Context, env run.Env) (err error) {
		defer announceInterrupt(ctx, env.Emit)()
		result, err = p.verbs.gc(ctx, env, o)
		return err
	})
	switch {
	case result == nil:
	case p.opts.json:
		p.closing = map[string]*run.GCResult{"summary": result}
	case !p.opts.quiet || o.DryRun:
		if werr := writeGarbage(p.out, result); err == nil {
			err = werr
		}
	}
	return err
}

// writeGarbage is a line for each thing and one for all.
func writeGarbage(w io.Writer, r *run.GCResult) error {
	if r.DryRun { // else they were events
		for _, note := range r.Notes {
			fmt.Fprintf(w, "note: %s\n", clean(note))
		}
	}
	if len(r.Items) == 0 {
		_, err := fmt.Fprintf(w, "%s: no garbage\n", r.Project)
		return err
	}
	var rows [][]string
	deleted, kept := 0, 0
	for _, item := range r.Items {
		result := "deleted"
		switch {
		case item.Kept != "":
			result = "kept: " + item.Kept
			kept++
		case item.Error != "":
			result = "failed: " + item.Error
		case r.DryRun:
			result = "would be deleted"
			deleted++
		default:
			deleted++
		}
		rows = append(rows, []string{item.Kind, item.Name, item.Pool, fmt.Sprint(item.Bytes), result})
	}
	if err := writeTable(w, []string{"KIND", "NAME", "POOL", "BYTES", "RESULT"}, rows); err != nil {
		return err
	}
	verb := "deleted"
	if r.DryRun {
		verb = "to delete"
	}
	line := fmt.Sprintf("%s: %d %s, %s", r.Project, deleted, verb, config.Size(r.DeletedBytes).Rounded())
	if r.StoreBytes > 0 {
		line += fmt.Sprintf(", and %s that nix may collect", config.Size(r.StoreBytes).Rounded())
	}
	if kept > 0 {
		line += fmt.Sprintf("; %d kept, %s", kept, config.Size(r.KeptBytes).Rounded())
	}
	_, err := fmt.Fprintln(w, line)
	return err
}
