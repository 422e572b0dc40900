// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"
)

// usageError is a command line that is wrong. Nothing was done.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string  { return e.hint }

func usagef(format string, args ...any) *usageError {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// undefinedFlag is how the flag package begins its error for an unknown flag;
// it has no type for it.
const undefinedFlag = "flag provided but not defined: -"

// usageErrorOf turns a parser's error into a usageError that names the nearest
// of the flags.
func usageErrorOf(flags []cli.Flag) cli.OnUsageErrorFunc {
	return func(c *cli.Context, err error, _ bool) error {
		name, unknown := strings.CutPrefix(err.Error(), undefinedFlag)
		if !unknown {
			return badValue(err)
		}
		var names []string
		for _, f := range flags {
			names = append(names, f.Names()...)
		}
		e := usagef("unknown flag `%s`", dashed(name))
		e.hint = "the flags are in `" + helpFor(c) + "`"
		if near := nearest(name, names); near != "" {
			e.hint = "did you mean " + dashed(near) + "?"
		}
		return e
	}
}

// invalidValue is how the flag package words a value that it cannot parse.
var invalidValue = regexp.MustCompile(`^invalid (?:boolean )?value "(.*)" for (?:flag )?-(\S+): `)

func badValue(err error) error {
	m := invalidValue.FindStringSubmatch(err.Error())
	if m == nil {
		return &usageError{err: err}
	}
	e := usagef("%s: cannot take `%s`", dashed(m[2]), m[1])
	if _, err := strconv.Atoi(m[1]); err == nil {
		e.hint = "a duration has a unit, such as 10m or 30s"
	}
	return e
}

func helpFor(c *cli.Context) string {
	if c.Command == nil || c.Command.Name == "" || c.Command.Name == programName {
		return programName + " --help"
	}
	return programName + " " + c.Command.Name + " --help"
}

func unknownCommand(name string, commands []command) error {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	e := usagef("unknown command `%s`", name)
	e.hint = "the commands are in `" + programName + " --help`"
	if near := nearest(name, names); near != "" {
		e.hint = "did you mean `" + programName + " " + near + "`?"
	}
	return e
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// nearest is the name that word begins, else the one most like it, or nothing where none is near. Names of
// one letter are like nearly everything, so they are never offered.
func nearest(word string, names []string) string {
	const enough, boostFrom, prefix = 0.8, 0.7, 4
	best, found := enough, ""
	for _, name := range names {
		if len(name) < 2 {
			continue
		}
		if strings.HasPrefix(name, word) {
			return name
		}
		if likeness := smetrics.JaroWinkler(name, word, boostFrom, prefix); likeness > best {
			best, found = likeness, name
		}
	}
	return found
}
