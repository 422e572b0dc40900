// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"time"

	"github.com/urfave/cli/v2"
)

// globalOptions are the flags that every command takes.
type globalOptions struct {
	connect  string
	file     string
	json     bool
	quiet    bool
	verbose  bool
	noColor  bool
	waitLock time.Duration
}

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "file", Aliases: []string{"f"}, Usage: "read configuration `FILE` (default: vmprov.yaml here)"},
		&cli.StringFlag{Name: "connect", Usage: "use the libvirtd at `URI`, not the configuration's"},
		&cli.DurationFlag{Name: "wait-lock", Usage: "wait up to `DURATION` (10m) for another command to end"},
		&cli.BoolFlag{Name: "json", Usage: "print events as JSON lines, a result as one document"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print errors only"},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "print a line for every step, with its time"},
		&cli.BoolFlag{Name: "no-color", Usage: "print no colours (as NO_COLOR does)"},
		&cli.BoolFlag{Name: "version", Usage: "print the version"},
		// For the help and for completion: reorder makes it the help command.
		&cli.BoolFlag{Name: "help", Aliases: []string{"h"}, Usage: "print the help of the command"},
	}
}

func parseGlobals(c *cli.Context) (globalOptions, error) {
	o := globalOptions{
		connect:  c.String("connect"),
		file:     c.String("file"),
		json:     c.Bool("json"),
		quiet:    c.Bool("quiet"),
		verbose:  c.Bool("verbose"),
		noColor:  c.Bool("no-color"),
		waitLock: c.Duration("wait-lock"),
	}
	switch {
	case c.IsSet("file") && o.file == "":
		return o, usagef("--file: is empty")
	case c.IsSet("connect") && o.connect == "":
		return o, usagef("--connect: is empty")
	case o.waitLock < 0:
		return o, usagef("--wait-lock: must not be negative, got %s", o.waitLock)
	case o.quiet && o.verbose:
		return o, usagef("--quiet and --verbose exclude each other")
	}
	return o, nil
}
