// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

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
	p.beginRun()
	err := p.with(c, p.newRenderer(true), func(ctx context.Context, env run.Env) (err error) {
		defer announceInterrupt(ctx, env.Emit)()
		result, err = p.verbs.gc(ctx, env, o)
		return err
	})
	switch {
	case result == nil:
	case p.opts.json:
		p.closing = collectedDocument{p.runID, result}
	case !p.opts.quiet || o.DryRun:
		if werr := writeGarbage(p.out, result); err == nil {
			err = werr
		}
	}
	return err
}

// collectedDocument ends the stream of gc with --json.
type collectedDocument struct {
	Run     string        `json:"run,omitempty"`
	Summary *run.GCResult `json:"summary"`
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
	for _, item := range r.Items {
		rows = append(rows, []string{item.Kind, item.Name, item.Pool, fmt.Sprint(item.Bytes), outcomeOf(item, r.DryRun)})
	}
	if err := writeTable(w, []string{"KIND", "NAME", "POOL", "BYTES", "RESULT"}, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", r.Project, collected(r))
	return err
}

func outcomeOf(item run.GCItem, dryRun bool) string {
	switch {
	case item.Kept != "":
		return "kept: " + item.Kept
	case item.Error != "":
		return "failed: " + item.Error
	case dryRun:
		return "to delete"
	}
	return "deleted"
}

// collected is how much was deleted, and how much not, in words.
func collected(r *run.GCResult) string {
	counts := map[string]int{}
	for _, item := range r.Items {
		outcome, _, _ := strings.Cut(outcomeOf(item, r.DryRun), ":")
		counts[outcome]++
	}
	done := "deleted"
	if r.DryRun {
		done = "to delete"
	}
	parts := []string{fmt.Sprintf("%d %s%s", counts[done], done, bytesOf(r.DeletedBytes))}
	if r.StoreBytes > 0 {
		parts = append(parts, "nix may collect "+config.Size(r.StoreBytes).Rounded())
	}
	if n := counts["failed"]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", n))
	}
	if n := counts["kept"]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d kept%s", n, bytesOf(r.KeptBytes)))
	}
	return strings.Join(parts, ", ")
}

// bytesOf is a size in brackets; nothing for none.
func bytesOf(n uint64) string {
	switch {
	case n == 0:
		return ""
	case n < 1<<10:
		return fmt.Sprintf(" (%d bytes)", n)
	}
	return " (" + config.Size(n).Rounded() + ")"
}
