// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/run"
)

func (p *program) validateCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "validate",
			Usage:       "check a configuration",
			ArgsUsage:   "[CONFIG]",
			Description: "Says OK, or lists every fault as FILE:LINE:COL: PATH: RULE, GOT VALUE.",
			Action: func(c *cli.Context) error {
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
		examples: []string{"vmprov validate", "vmprov validate examples/nvme/vmprov.yaml"},
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

func (p *program) buildCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "build",
			Usage:       "build the images and print their paths",
			ArgsUsage:   "[CONFIG] [GUEST...]",
			Description: "Builds the image of each guest and prints NAME PATH. Nothing holds the result:\na garbage collection may take it until a guest is made of it.",
			Action: func(c *cli.Context) error {
				s, err := p.selection(c)
				if err != nil {
					return err
				}
				return query(p, c, func(ctx context.Context, env run.Env) ([]builtImage, error) {
					artifacts, err := p.verbs.build(ctx, env, s)
					return builtImages(artifacts), err
				}, writeBuild)
			},
		},
		examples: []string{"vmprov build", "vmprov build fleet.yaml --json | jq -r '.[].path'"},
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
}

func builtImages(artifacts []image.Artifact) []builtImage {
	built := []builtImage{}
	for _, a := range artifacts {
		built = append(built, builtImage{a.Name, a.Path, a.StorePath, a.Format, a.VirtualSize})
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
