// SPDX-License-Identifier: Apache-2.0

// Package cli is the command line: it turns arguments into the options of a
// verb, renders the events and the result, and folds errors into an exit code.
// It is the only package that prints, and it decides nothing about guests.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"
)

// Streams are the standard streams of one run.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Stdio is the process's own streams.
func Stdio() Streams { return Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr} }

// Main runs one command line (without the program's name) and returns the exit
// code. When ctx is cancelled the step under way is finished and reported.
func Main(ctx context.Context, args []string, s Streams) int {
	p := &program{in: s.In, out: &resultWriter{w: s.Out}, err: s.Err, verbs: realVerbs(), now: time.Now, newRun: newRunID, getenv: os.Getenv}
	return p.run(ctx, args)
}

// program is one run of vmprov.
type program struct {
	in     io.Reader
	out    *resultWriter
	err    io.Writer
	verbs  verbs
	now    func() time.Time
	getenv func(string) string
	// newRun names a run of a changing command, runID is that name and log the
	// stderr whose lines begin with it; without newRun none has one.
	newRun func() string
	runID  string
	log    io.Writer
	// opts is set as soon as the global flags are parsed; before that it is the default.
	opts globalOptions
	// use is what the command does with the world, as far as a report cares.
	use use
	// closing is the document that ends a stream of JSON lines.
	closing any
	// answered is set when the one document of a command is printed.
	answered bool
}

func (p *program) run(ctx context.Context, args []string) int {
	err := p.dispatch(ctx, args)
	code := p.codeOf(ctx, err)
	p.report(err, code)
	if p.closing != nil {
		_ = p.printJSON(p.closing) // p.out remembers a failure
	}
	if p.out.failed != nil && code == ExitDone {
		code = ExitFailed
		printError(p.err, p.styleOf(p.err), p.out.failed)
	}
	return code
}

// codeOf is the exit code of a command that ended in err.
func (p *program) codeOf(ctx context.Context, err error) int {
	if err != nil && ctx.Err() != nil && !isExit(err) {
		return ExitInterrupted
	}
	return exitCode(err)
}

// dispatch finds the command and runs it. Completion comes first: its
// arguments are the words of another command line, unfinished ones among them.
func (p *program) dispatch(ctx context.Context, args []string) error {
	commands := p.commands()
	if len(args) > 0 && args[0] == completeCommand {
		return p.complete(commands, args[1:])
	}
	ordered, err := reorder(syntaxOf(globalFlags(), commands), args)
	if err != nil {
		return err
	}
	return p.app(commands).RunContext(ctx, append([]string{programName}, ordered...))
}

// use tells an interrupt that leaves work undone from one that is the usual end.
type use int

const (
	looks use = iota
	changes
	hands
)

const programName = "vmprov"

// app keeps of urfave/cli the parsing only: it neither prints nor exits.
func (p *program) app(commands []command) *cli.App {
	app := &cli.App{
		Name:            programName,
		Flags:           globalFlags(),
		HideHelp:        true,
		HideVersion:     true,
		Writer:          io.Discard,
		ErrWriter:       io.Discard,
		ExitErrHandler:  func(*cli.Context, error) {},
		OnUsageError:    usageErrorOf(globalFlags()),
		HideHelpCommand: true,
		Before: func(c *cli.Context) (err error) {
			p.opts, err = parseGlobals(c)
			return err
		},
		Action: func(c *cli.Context) error {
			switch {
			case c.Bool("version"):
				return p.printVersion()
			case c.Args().Present():
				return unknownCommand(c.Args().First(), commands)
			}
			return p.print(appHelp(commands))
		},
	}
	for _, cmd := range commands {
		cmd.HideHelp = true
		cmd.HideHelpCommand = true
		cmd.OnUsageError = usageErrorOf(append(globalFlags(), cmd.Flags...))
		app.Commands = append(app.Commands, cmd.Command)
	}
	return app
}

// command is a cli.Command and what vmprov has to know beyond it.
type command struct {
	*cli.Command
	// examples are shown by help, as typed.
	examples []string
	// remote commands take everything after the guest as it is: it belongs to
	// a command that runs elsewhere.
	remote bool
}

// commands are all commands in the order of the help.
func (p *program) commands() []command {
	commands := []command{
		p.upCommand(), p.planCommand(), p.recycleCommand(), p.switchCommand(), p.destroyCommand(), p.gcCommand(),
		p.statusCommand(), p.startCommand(), p.stopCommand(),
		p.sshCommand(), p.sshConfigCommand(), p.consoleCommand(), p.logsCommand(), p.gdbCommand(),
		p.initCommand(), p.moduleCommand(), p.validateCommand(), p.buildCommand(), p.xmlCommand(), p.schemaCommand(),
		p.doctorCommand(), p.systemdUnitCommand(), p.completionCommand(), p.versionCommand(),
	}
	help := p.helpCommand(commands)
	return append(commands, help)
}

// resultWriter remembers the first failed write, so that a result that did not
// reach a full disk or a closed pipe is a failure of the command.
type resultWriter struct {
	w      io.Writer
	failed error
}

func (r *resultWriter) Write(b []byte) (int, error) {
	n, err := r.w.Write(b)
	if err != nil {
		err = fmt.Errorf("write result: %w", err)
		if r.failed == nil {
			r.failed = err
		}
	}
	return n, err
}
