// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/image/nixos"
	"vmprov/internal/config"
)

// completeCommand is what the completion scripts call; its arguments are the
// words of a command line, the last one being typed.
const completeCommand = "__complete"

func (p *program) complete(commands []command, words []string) error {
	if len(words) == 0 {
		words = []string{""}
	}
	var b strings.Builder
	for _, c := range candidates(commands, words, p.guestNames) {
		b.WriteString(c + "\n")
	}
	return p.print(b.String())
}

// guestNames are the guests of a configuration; one that cannot be read has none.
func (p *program) guestNames(configPath string) []string {
	f, err := p.verbs.validate(cmp.Or(configPath, config.DefaultFile))
	if err != nil {
		return nil
	}
	var names []string
	for _, g := range f.Guests {
		names = append(names, g.Name)
		if g.Family != g.Name && !slices.Contains(names, g.Family) {
			names = append(names, g.Family)
		}
	}
	return names
}

// candidates are what the last word may become: a command, a flag, a value or
// a guest. None leaves it to the shell, which offers files.
func candidates(commands []command, words []string, guests func(configPath string) []string) []string {
	done, typed := words[:len(words)-1], words[len(words)-1]
	found, unknown := commandIn(commands, done)
	if unknown {
		return nil
	}
	flags := globalFlags()
	if found != nil {
		flags = append(slices.Clone(found.Flags), flags...)
	}
	var offer []string
	switch awaiting := awaitedValue(flags, done); {
	case awaiting == "template":
		offer = nixos.Templates()
	case awaiting == "recreate":
		offer = guests(configIn(flags, done))
	case awaiting != "":
	case isFlag(typed):
		offer = flagNames(flags)
	case found == nil, found.Name == "help":
		for _, c := range commands {
			offer = append(offer, c.Name)
		}
	case found.Name == "completion":
		offer = shellNames()
	case strings.Contains(found.ArgsUsage, "GUEST") && !isConfig(typed):
		offer = guests(configIn(flags, done))
	}
	return slices.DeleteFunc(offer, func(s string) bool { return !strings.HasPrefix(s, typed) })
}

// commandIn is the first word that is neither a flag nor a flag's value.
func commandIn(commands []command, words []string) (found *command, unknown bool) {
	for i, w := range words {
		if isFlag(w) || awaitedValue(globalFlags(), words[:i]) != "" {
			continue
		}
		for _, c := range commands {
			if c.Name == w {
				return &c, false
			}
		}
		return nil, true
	}
	return nil, false
}

// awaitedValue is the flag whose value comes next, by its first name.
func awaitedValue(flags []cli.Flag, words []string) string {
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	if !isFlag(last) || strings.Contains(last, "=") {
		return ""
	}
	name := strings.TrimLeft(last, "-")
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			if tableOf([]cli.Flag{f})[name] {
				return f.Names()[0]
			}
			return "" // the command's flag hides the global one
		}
	}
	return ""
}

// configIn is the configuration that the words name so far.
func configIn(flags []cli.Flag, words []string) string {
	for i, w := range words {
		value, joined := strings.CutPrefix(w, "--file=")
		if joined || awaitedValue(flags, words[:i]) == "file" {
			return value
		}
	}
	for i, w := range words {
		if !isFlag(w) && isConfig(w) && awaitedValue(flags, words[:i]) == "" {
			return w
		}
	}
	return ""
}

func flagNames(flags []cli.Flag) []string {
	var names []string
	for _, f := range flags {
		names = append(names, "--"+f.Names()[0])
	}
	return names
}
