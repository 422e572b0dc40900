// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/image"
	"vmprov/internal/run"
)

const groupBuild = "How images are built"

func overrideFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "override", Category: groupBuild, Usage: "take the input NAME-src from a folder, `NAME=PATH`"}
}

func updateFlag() cli.Flag {
	return &cli.BoolFlag{Name: "update", Category: groupBuild, Usage: "renew the flakes' lock files first"}
}

// buildingOf reads the flags of a command that builds unless built is false.
func buildingOf(c *cli.Context, built bool, needs string) (run.Building, error) {
	b := run.Building{Update: c.Bool("update")}
	seen := map[string]bool{}
	for _, text := range c.StringSlice("override") {
		o, err := parseOverride(text)
		if err != nil {
			return b, err
		}
		if seen[o.Name] {
			return b, usagef("--override: `%s` is given twice", o.Name)
		}
		seen[o.Name] = true
		b.Overrides = append(b.Overrides, o)
	}
	switch {
	case built:
	case b.Update:
		return b, usagef("--update: nothing is built %s", needs)
	case len(b.Overrides) > 0:
		return b, usagef("--override: nothing is built %s", needs)
	}
	if b.Update && c.Bool("dry-run") {
		return b, usagef("--update and --dry-run exclude each other: an update writes flake.lock")
	}
	return b, nil
}

func parseOverride(text string) (image.Override, error) {
	name, path, found := strings.Cut(text, "=")
	if !found || name == "" || path == "" {
		return image.Override{}, usagef("--override: must be NAME=PATH, got `%s`", text)
	}
	// Not every shell expands a ~ behind an =.
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return image.Override{}, usagef("--override %s: %w", name, err)
		}
		path = filepath.Join(home, rest)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return image.Override{}, usagef("--override %s: %w", name, err)
	}
	o := image.Override{Name: name, Path: path}
	if err := o.Check(); err != nil {
		return o, &usageError{err: err}
	}
	return o, nil
}
