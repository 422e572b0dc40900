// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/internal/run"
)

// validateHost lists what the host lacks for the guests, and fails where it
// lacks anything.
func (p *program) validateHost(c *cli.Context) error {
	return judge(p, c, verdict[run.Fitness]{p.verbs.fit, func(f *run.Fitness) (found int) {
		for _, g := range f.Guests {
			found += len(g.Lacks)
		}
		return found
	}, writeFitness, func(found int) error {
		return fmt.Errorf("check host: it lacks %s that the guests want", count(found, "thing"))
	}})
}

func writeFitness(w io.Writer, path string, f *run.Fitness) error {
	fit := 0
	for _, g := range f.Guests {
		if len(g.Lacks) == 0 {
			fit++
		}
		for _, l := range g.Lacks {
			fmt.Fprintf(w, "%s: %s\n", g.Guest, strings.ReplaceAll(clean(l.Error()), "\n", " "))
		}
		for _, note := range g.Notes {
			fmt.Fprintf(w, "%s: note: %s\n", g.Guest, strings.ReplaceAll(clean(note), "\n", " "))
		}
	}
	want := "want"
	if len(f.Guests) == 1 {
		want = "wants"
	}
	_, err := fmt.Fprintf(w, "%s: valid, the host has what %d of %s %s (%s)\n", path, fit, count(len(f.Guests), "guest"), want, f.Host)
	return err
}
