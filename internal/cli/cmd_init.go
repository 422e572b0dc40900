// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/image/nixos"
	"vmprov/internal/guest"
	"vmprov/internal/run"
)

func (p *program) initCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "init",
			Usage:     "write a new configuration folder",
			ArgsUsage: "[DIR]",
			Description: `Writes into DIR (default: here) a flake.nix with a NixOS system from a template
of the library, a vmprov.yaml that boots it, and the schema of that file for
editors. The library is in vmprov itself: it is unpacked below the data folder
($XDG_DATA_HOME, ~/.local/share), once for each content, unless --library names
another. Nothing is overwritten: where one of the files is there already,
nothing is written.`,
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "template", Category: groupHow, Usage: "take the template `NAME`: " + strings.Join(nixos.Templates(), " (default) or ")},
				&cli.StringFlag{Name: "library", Category: groupHow, Usage: "point the flake at the library `URL` or folder"},
				&cli.StringFlag{Name: "project", Category: groupHow, Usage: "name the project `NAME` (default: as the folder)"},
				&cli.BoolFlag{Name: "git", Category: groupHow, Usage: "run git init, and git add for the files"},
			},
			Action: func(c *cli.Context) error {
				o, err := p.initOptions(c)
				if err != nil {
					return err
				}
				return query(p, c, func(ctx context.Context, _ run.Env) (*run.InitResult, error) {
					return p.verbs.init(ctx, o)
				}, func(w io.Writer, r *run.InitResult) error { return writeInit(w, o.Dir, r) })
			},
		},
		examples: []string{
			"vmprov init && vmprov up",
			"vmprov init configurations/my-vm --git",
			"vmprov init --template imageless --library ~/src/vmprov/image/nixos kdev",
		},
	}
}

func (p *program) initOptions(c *cli.Context) (run.InitOptions, error) {
	o := run.InitOptions{
		Dir:      cmp.Or(c.Args().First(), "."),
		Template: cmp.Or(c.String("template"), nixos.TemplateLibvirt),
		Library:  c.String("library"),
		Project:  c.String("project"),
		Git:      c.Bool("git"),
	}
	switch {
	case c.NArg() > 1:
		return o, usagef("init takes one folder, got `%s`", strings.Join(c.Args().Slice(), " "))
	case c.Args().Present() && c.Args().First() == "":
		return o, usagef("an argument is empty")
	case p.opts.file != "":
		return o, usagef("init takes a folder and no --file")
	}
	for _, flag := range []string{"template", "library", "project"} {
		if c.IsSet(flag) && c.String(flag) == "" {
			return o, usagef("--%s: is empty", flag)
		}
	}
	if err := o.Check(); err != nil {
		return o, &usageError{err: err}
	}
	return o, nil
}

// plainWord needs no quotes in a shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9/._+:@%,=-]+$`)

// shellWord is a text as one word of a shell.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return guest.Quote([]string{text})
}

// writeInit says what was written and how to go on.
func writeInit(w io.Writer, dir string, r *run.InitResult) error {
	fmt.Fprintf(w, "%s: wrote %s\n", dir, strings.Join(r.Files, ", "))
	fmt.Fprintf(w, "library: %s\n", r.Library)
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	next := programName + " up"
	if dir != "." {
		// A folder without a slash would be taken for a guest.
		next += " " + shellWord(strings.TrimRight(dir, "/")+"/")
	}
	_, err := fmt.Fprintf(w, "next: %s\n", next)
	return err
}
