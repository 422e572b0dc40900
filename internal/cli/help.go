// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) helpCommand(commands []command) command {
	help := command{
		Command: &cli.Command{
			Name:        "help",
			Usage:       "show the help of a command",
			ArgsUsage:   "[COMMAND]",
			Description: "Shows the help of a command, as --help anywhere behind it does.",
		},
		examples: []string{"vmprov help up", "vmprov up --help"},
	}
	commands = append(commands, help)
	help.Action = func(c *cli.Context) error {
		name := c.Args().First()
		if name == "" {
			return p.print(appHelp(commands))
		}
		for _, cmd := range commands {
			if cmd.Name == name {
				return p.print(commandHelp(cmd))
			}
		}
		return unknownCommand(name, commands)
	}
	return help
}

// commandGroups are the headings of the list of commands.
var commandGroups = []struct {
	title string
	names []string
}{
	{"Main", []string{"up", "status", "ssh", "recycle", "destroy", "gc"}},
	{"Guests", []string{"start", "stop", "switch", "console", "logs", "gdb", "ssh-config"}},
	{"Looking ahead", []string{"plan", "build", "xml", "module", "validate", "schema"}},
	{"Setting up", []string{"init", "doctor", "systemd-unit", "completion", "version", "help"}},
}

func appHelp(commands []command) string {
	byName := map[string]command{}
	for _, c := range commands {
		byName[c.Name] = c
	}
	var b strings.Builder
	b.WriteString(`vmprov brings libvirt guests up from one YAML file, with images built by nix.

USAGE
  vmprov [OPTIONS] COMMAND [CONFIG] [GUEST...]

`)
	for _, g := range commandGroups {
		section(&b, strings.ToUpper(g.title))
		for _, name := range g.names {
			fmt.Fprintf(&b, "  %-12s  %s\n", name, byName[name].Usage)
		}
		b.WriteString("\n")
	}
	section(&b, "ARGUMENTS")
	b.WriteString(`  CONFIG  a file, or a folder with a vmprov.yaml: what holds a / or ends in
          .yaml or .yml is one (default: vmprov.yaml here)
  GUEST   a guest, or a family of counted ones (default: all)

`)
	section(&b, "OPTIONS OF EVERY COMMAND")
	writeFlags(&b, globalFlags())
	writeExamples(&b, []string{
		"vmprov up examples/quickstart",
		"vmprov status examples/quickstart",
		"vmprov destroy examples/quickstart",
	})
	writeExitStatus(&b)
	return b.String()
}

func commandHelp(c command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "vmprov %s: %s\n\n", c.Name, c.Usage)
	section(&b, "USAGE")
	b.WriteString("  vmprov " + c.Name)
	if len(c.Flags) > 0 {
		b.WriteString(" [OPTIONS]")
	}
	if c.ArgsUsage != "" {
		b.WriteString(" " + c.ArgsUsage)
	}
	b.WriteString("\n\n" + c.Description + "\n\n")
	for _, g := range groupFlags(c.Flags) {
		section(&b, strings.ToUpper(g.title))
		writeFlags(&b, g.flags)
	}
	section(&b, "OPTIONS OF EVERY COMMAND")
	writeFlags(&b, globalFlags())
	writeExamples(&b, c.examples)
	writeExitStatus(&b)
	return b.String()
}

type flagGroup struct {
	title string
	flags []cli.Flag
}

// groupFlags keeps the order in which groups and flags were declared.
func groupFlags(flags []cli.Flag) []flagGroup {
	var groups []flagGroup
	for _, f := range flags {
		title := "Options"
		if c, ok := f.(cli.CategorizableFlag); ok && c.GetCategory() != "" {
			title = c.GetCategory()
		}
		i := 0
		for i < len(groups) && groups[i].title != title {
			i++
		}
		if i == len(groups) {
			groups = append(groups, flagGroup{title: title})
		}
		groups[i].flags = append(groups[i].flags, f)
	}
	return groups
}

func writeFlags(b *strings.Builder, flags []cli.Flag) {
	for _, f := range flags {
		doc, ok := f.(cli.DocGenerationFlag)
		if !ok {
			continue
		}
		value, usage := valueName(doc.GetUsage())
		var names []string
		for _, name := range f.Names() {
			names = append(names, dashed(name))
		}
		head := strings.Join(names, ", ")
		if doc.TakesValue() {
			head += " " + value
		}
		fmt.Fprintf(b, "  %-20s  %s\n", head, usage)
	}
	b.WriteString("\n")
}

// valueName takes the backquoted word out of a usage, as the flag package does.
func valueName(usage string) (name, text string) {
	before, rest, found := strings.Cut(usage, "`")
	name, after, closed := strings.Cut(rest, "`")
	if !found || !closed {
		return "VALUE", usage
	}
	return name, before + name + after
}

func section(b *strings.Builder, title string) { b.WriteString(title + "\n") }

func writeExamples(b *strings.Builder, examples []string) {
	section(b, "EXAMPLES")
	for _, e := range examples {
		b.WriteString("  " + e + "\n")
	}
	b.WriteString("\n")
}

func writeExitStatus(b *strings.Builder) {
	section(b, "EXIT STATUS")
	b.WriteString(exitStatus + "\n")
}
