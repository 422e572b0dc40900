// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"vmprov/internal/config"
	"vmprov/internal/run"
)

// isConfig tells a configuration from a guest: guests are DNS labels, so what
// holds a `/`, ends in .yaml or .yml, or is a dot folder is a configuration.
func isConfig(arg string) bool {
	return strings.Contains(arg, "/") || strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml") ||
		arg == "." || arg == ".."
}

// selectFrom sorts positionals into a configuration and guests; file is what
// --file says.
func selectFrom(file string, args []string) (run.Selection, error) {
	s := run.Selection{Config: file}
	for _, arg := range args {
		switch {
		case arg == "":
			// A variable that a script left unset must not mean "all guests".
			return s, usagef("an argument is empty")
		case !isConfig(arg):
			s.Guests = append(s.Guests, arg)
		case s.Config != "":
			return s, usagef("two configurations: `%s` and `%s`", s.Config, arg)
		default:
			s.Config = arg
		}
	}
	return s, nil
}

// selection is the configuration and the guests that a command line names. The
// configuration must be readable: that it is not is a fault of the command line.
func (p *program) selection(c *cli.Context) (run.Selection, error) {
	s, err := selectFrom(p.opts.file, c.Args().Slice())
	if err != nil {
		return s, err
	}
	return s, checkReadable(s.Config)
}

// configOnly is the selection of a command that takes no guests.
func (p *program) configOnly(c *cli.Context) (string, error) {
	s, err := selectFrom(p.opts.file, c.Args().Slice())
	if err != nil {
		return "", err
	}
	if len(s.Guests) > 0 {
		return "", usagef("%s takes no guests, got `%s`", c.Command.Name, s.Guests[0])
	}
	return s.Config, checkReadable(s.Config)
}

// oneGuest is the configuration and the only guest of a command line.
func (p *program) oneGuest(c *cli.Context) (configPath, guest string, err error) {
	s, err := p.selection(c)
	if err != nil {
		return "", "", err
	}
	switch len(s.Guests) {
	case 0:
		return "", "", usagef("%s needs a guest", c.Command.Name)
	case 1:
		return s.Config, s.Guests[0], nil
	}
	return "", "", usagef("%s takes one guest, got `%s`", c.Command.Name, strings.Join(s.Guests, " "))
}

// remoteArgs takes [CONFIG] GUEST [--] [COMMAND...] apart. The command is not
// looked at: it belongs to the guest.
func remoteArgs(file string, args []string) (configPath, guest string, cmd []string, err error) {
	head := min(1, len(args))
	if head == 1 && isConfig(args[0]) {
		head = min(2, len(args))
	}
	s, err := selectFrom(file, args[:head])
	if err != nil {
		return "", "", nil, err
	}
	if len(s.Guests) != 1 {
		return "", "", nil, usagef("ssh needs a guest")
	}
	rest := args[head:]
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	return s.Config, s.Guests[0], rest, nil
}

// checkReadable: a configuration that is not there is a fault of the command
// line, found before anything is done.
func checkReadable(path string) error {
	named := path
	if path == "" {
		path = config.DefaultFile
	} else if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, config.DefaultFile)
	}
	err := openOnce(path)
	if err != nil {
		e := usagef("read configuration: %w", err)
		if named == "" {
			e.hint = "name one: a file, a folder with a " + config.DefaultFile + ", or -f FILE; `vmprov init` writes a new one"
		}
		return e
	}
	return nil
}

// openOnce opens a regular file to see that it can be; opening a pipe would
// block, or eat what is in it.
func openOnce(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}
