// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"embed"
	"maps"
	"slices"

	"github.com/urfave/cli/v2"
)

// completionScripts are small: they ask the hidden command __complete, so that
// they never know less than the program.
//
//go:embed completion
var completionScripts embed.FS

var shells = map[string]string{
	"bash": "completion/vmprov.bash",
	"zsh":  "completion/vmprov.zsh",
	"fish": "completion/vmprov.fish",
}

func shellNames() []string { return slices.Sorted(maps.Keys(shells)) }

func (p *program) completionCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "completion",
			Usage:       "print a completion script",
			ArgsUsage:   "bash | zsh | fish",
			Description: "Prints the script that makes the shell complete commands, flags and guests.",
			Action: func(c *cli.Context) error {
				file, known := shells[c.Args().First()]
				if !known || c.NArg() != 1 {
					return usagef("completion needs one of bash, zsh, fish")
				}
				script, err := completionScripts.ReadFile(file)
				if err != nil {
					return err
				}
				return p.print(string(script))
			},
		},
		examples: []string{
			"source <(vmprov completion bash)",
			"vmprov completion zsh > ~/.zfunc/_vmprov",
			"vmprov completion fish > ~/.config/fish/completions/vmprov.fish",
		},
	}
}
