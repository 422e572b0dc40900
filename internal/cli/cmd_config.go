// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"vmprov/image"
	"vmprov/internal/run"
)

func (p *program) buildCommand() command {
	return command{
		Command: &cli.Command{
			Name:      "build",
			Usage:     "build the images and print their paths",
			ArgsUsage: "[CONFIG] [GUEST...]",
			Description: `Builds the image of each guest and prints NAME PATH. Nothing holds the result:
a garbage collection may take it until a guest is made of it. A recycle without
--build takes what was built last.`,
			Flags: []cli.Flag{overrideFlag(), updateFlag()},
			Action: func(c *cli.Context) error {
				s, err := p.selection(c)
				if err != nil {
					return err
				}
				b, err := buildingOf(c, true, "")
				if err != nil {
					return err
				}
				return query(p, c, func(ctx context.Context, env run.Env) ([]builtImage, error) {
					artifacts, err := p.verbs.build(ctx, env, run.BuildOptions{Selection: s, Building: b})
					return builtImages(artifacts), err
				}, writeBuild)
			},
		},
		examples: []string{
			"vmprov build",
			"vmprov build fleet.yaml --json | jq -r '.[].path'",
			"vmprov build --override fio=~/src/fio --override kernel=~/src/linux",
		},
	}
}

// builtImage is one image of build.
type builtImage struct {
	Name string `json:"name"`
	Path string `json:"path"`
	// StorePath is empty for a ready file.
	StorePath   string `json:"storePath,omitempty"`
	Format      string `json:"format"`
	VirtualSize uint64 `json:"virtualSize"` // bytes
	// Overrides are packages built from local checkouts, as NAME=PATH.
	Overrides string `json:"overrides,omitempty"`
}

func builtImages(artifacts []image.Artifact) []builtImage {
	built := []builtImage{}
	for _, a := range artifacts {
		built = append(built, builtImage{a.Name, a.Path, a.StorePath, a.Format, a.VirtualSize, a.Overrides})
	}
	return built
}

func (p *program) xmlCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "xml",
			Usage:       "print the libvirt XML of guests",
			ArgsUsage:   "[CONFIG] [GUEST...]",
			Description: "Prints the domain XML that up would define. Nothing is changed.",
			Action: func(c *cli.Context) error {
				s, err := p.selection(c)
				if err != nil {
					return err
				}
				return query(p, c, func(ctx context.Context, env run.Env) ([]run.GuestXML, error) {
					return p.verbs.xml(ctx, env, s)
				}, writeXML)
			},
		},
		examples: []string{"vmprov xml xfs-1", "vmprov xml xfs-1 | virt-xml-validate - domain"},
	}
}

func (p *program) schemaCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "schema",
			Usage:       "print the JSON Schema of the configuration",
			Description: "Prints the schema (draft 2020-12) with which editors check vmprov.yaml.",
			Action: func(c *cli.Context) error {
				if err := noArguments(c); err != nil {
					return err
				}
				schema, err := p.verbs.schema()
				if err != nil {
					return err
				}
				return p.print(string(schema))
			},
		},
		examples: []string{"vmprov schema > vmprov.schema.json"},
	}
}

func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usagef("%s takes no arguments, got `%s`", c.Command.Name, c.Args().First())
	}
	return nil
}
