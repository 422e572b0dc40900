// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/internal/config"
)

func (p *program) systemdUnitCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "systemd-unit",
			Usage:     "print a timer that recycles the guests every night",
			ArgsUsage: "CONFIG [GUEST...]",
			Description: `Prints three systemd units: a service that recycles the guests with the newest
build of their images, its timer, and the service that mails root what a run
that failed has said. With --output they are written as files. Paths are
absolute; how the service is hardened depends on what the guests need.`,
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "calendar", Category: groupHow, Value: "*-*-* 02:30:00", Usage: "run at `TIME`, see systemd.time(7) (default: 02:30)"},
				&cli.StringFlag{Name: "output", Category: groupHow, Usage: "write the units into `FOLDER`"},
			},
			Action: func(c *cli.Context) error {
				units, err := p.systemdUnits(c)
				if err != nil {
					return err
				}
				if folder := c.String("output"); folder != "" {
					return p.writeUnits(folder, units)
				}
				if p.opts.json {
					p.answered = true
					return p.printJSON(units)
				}
				return showUnits(p.out, units)
			},
		},
		examples: []string{
			"vmprov systemd-unit /srv/fleet",
			"vmprov systemd-unit /srv/fleet/ --calendar Sat --output /etc/systemd/system",
		},
	}
}

func (p *program) systemdUnits(c *cli.Context) ([]unit, error) {
	s, err := p.selection(c)
	switch {
	case err != nil:
		return nil, err
	case strings.ContainsFunc(c.String("calendar"), func(r rune) bool { return r < ' ' }) || c.String("calendar") == "":
		return nil, usagef("--calendar: must be one line, got %q", c.String("calendar"))
	}
	file, err := p.verbs.validate(cmp.Or(s.Config, config.DefaultFile))
	if err != nil {
		return nil, err
	}
	selected, err := file.Select(s.Guests)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find vmprov: %w", err)
	}
	n := nightly{
		program: program, config: file.Path, project: file.Project, guests: s.Guests, calendar: c.String("calendar"),
		mounts: slices.ContainsFunc(selected, func(g config.Guest) bool { return g.Imageless != nil || g.Kernel != "" }),
	}
	return n.units(), nil
}

// writeUnits writes the units as files and says what is to be done with them.
func (p *program) writeUnits(folder string, units []unit) error {
	for _, u := range units {
		path := filepath.Join(folder, u.Name)
		if err := os.WriteFile(path, []byte(u.Text), 0o644); err != nil {
			return fmt.Errorf("write unit: %w", err)
		}
		if _, err := fmt.Fprintln(p.out, path); err != nil {
			return err
		}
	}
	return nil
}

// showUnits prints each unit under its name.
func showUnits(w io.Writer, units []unit) error {
	for i, u := range units {
		gap := "\n"
		if i == 0 {
			gap = ""
		}
		if _, err := fmt.Fprintf(w, "%s# /etc/systemd/system/%s\n%s", gap, u.Name, u.Text); err != nil {
			return err
		}
	}
	return nil
}
