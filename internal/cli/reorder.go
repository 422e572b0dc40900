// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagTable holds the names of flags (without dashes) and whether each takes a value.
type flagTable map[string]bool

// syntax is what reorder has to know of the commands.
type syntax struct {
	globals  flagTable
	commands map[string]commandSyntax
}

type commandSyntax struct {
	flags  flagTable
	remote bool
}

func syntaxOf(globals []cli.Flag, commands []command) syntax {
	s := syntax{globals: tableOf(globals), commands: map[string]commandSyntax{}}
	for _, c := range commands {
		s.commands[c.Name] = commandSyntax{flags: tableOf(c.Flags), remote: c.remote}
	}
	return s
}

func tableOf(flags []cli.Flag) flagTable {
	t := flagTable{}
	for _, f := range flags {
		doc, ok := f.(cli.DocGenerationFlag)
		for _, name := range f.Names() {
			t[name] = ok && doc.TakesValue()
		}
	}
	return t
}

// reorder brings arguments into the one order that urfave/cli parses: global
// flags, the command, its flags, `--`, positionals. Flags may therefore stand
// anywhere. A flag of the command hides the global one of the same name (-f of
// logs). Unknown flags stay with their command for the parser to refuse; what
// follows `--`, or the guest of a remote command, is left as it is; a value is
// joined to its flag, so that none is taken for something else. A request for
// help anywhere becomes the help command.
func reorder(s syntax, args []string) ([]string, error) {
	var l line
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			l.positionals = append(l.positionals, args[i+1:]...)
			return l.join(), nil
		case isFlag(arg):
			value, err := l.addFlag(s, arg, args[i+1:])
			if err != nil {
				return nil, err
			}
			if value {
				i++
			}
		case l.command == "":
			l.command = arg
		default:
			l.positionals = append(l.positionals, arg)
			if s.commands[l.command].remote && !isConfig(arg) {
				l.positionals = append(l.positionals, args[i+1:]...)
				return l.join(), nil
			}
		}
	}
	return l.join(), nil
}

// line is a command line taken apart.
type line struct {
	globals, flags, positionals []string
	command                     string
	help                        bool
}

// addFlag files one flag and says whether it used up the next argument.
func (l *line) addFlag(s syntax, arg string, next []string) (usedNext bool, err error) {
	name, _, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	to := &l.flags
	takesValue, known := s.commands[l.command].flags[name]
	switch {
	case known:
	case name == "help" || name == "h":
		l.help = true
		return false, nil
	default:
		takesValue, known = s.globals[name]
		if known || l.command == "" {
			to = &l.globals
		}
	}
	if !takesValue || joined {
		*to = append(*to, arg)
		return false, nil
	}
	if len(next) == 0 {
		return false, usagef("%s: needs a value", arg)
	}
	*to = append(*to, arg+"="+next[0])
	return true, nil
}

func (l *line) join() []string {
	if l.help && l.command != "help" {
		l.command, l.flags, l.positionals = "help", nil, nonEmpty(l.command)
	}
	args := slices.Concat(l.globals, nonEmpty(l.command), l.flags)
	if len(l.positionals) > 0 {
		args = append(append(args, "--"), l.positionals...)
	}
	return args
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// isFlag: a lone dash is a positional.
func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }
