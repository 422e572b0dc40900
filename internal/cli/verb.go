// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"io"

	"github.com/hashicorp/go-multierror"
	"github.com/urfave/cli/v2"

	"vmprov/internal/event"
	"vmprov/internal/run"
)

// with runs fn with the environment of a verb, showing its events on r until
// it is done.
func (p *program) with(c *cli.Context, r renderer, fn func(context.Context, run.Env) error) error {
	defer r.Close()
	return fn(c.Context, run.Env{
		Version:  ownVersion(version, readBuildInfo()),
		Emit:     r.Emit,
		Connect:  p.opts.connect,
		WaitLock: p.opts.waitLock,
		Confirm:  p.confirm(c.Context, r),
		Stdin:    p.in,
		Stdout:   p.out.w,
		Stderr:   p.err,
	})
}

// change runs a changing verb and prints its summary, also beside an error.
func (p *program) change(c *cli.Context, verb func(context.Context, run.Env) (*run.Summary, error)) error {
	var summary *run.Summary
	p.use = changes
	p.beginRun()
	began := p.now()
	err := p.with(c, p.newRenderer(true), func(ctx context.Context, env run.Env) (err error) {
		defer announceInterrupt(ctx, env.Emit)()
		summary, err = verb(ctx, env)
		return err
	})
	if merr := p.measure(c, began, summary, err); merr != nil {
		err = multierror.Append(err, merr)
	}
	switch {
	case summary == nil:
	case p.opts.json:
		// It is the last line of the stream, after the error.
		p.closing = closingDocument{p.runID, summary}
	case !p.opts.quiet || summary.Plan != "":
		if werr := writeSummary(p.out, c.Command.Name, summary); err == nil {
			err = werr
		}
	}
	return err
}

// closingDocument ends the stream of a changing command with --json.
type closingDocument struct {
	Run     string       `json:"run,omitempty"`
	Summary *run.Summary `json:"summary"`
}

// announceInterrupt answers an interrupt at once: the end of the step under way
// may be a minute off. Nothing is emitted after stop has returned.
func announceInterrupt(ctx context.Context, emit event.Sink) (stop func()) {
	said := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(said)
		emit(event.Event{Kind: event.Warning, Text: "interrupted: finishing the step under way; once more stops at once"})
	})
	return func() {
		if !cancel() {
			<-said
		}
	}
}

// hand runs a verb that hands the terminal on to another program or a stream.
// Nothing is drawn meanwhile, and an interrupt is how it usually ends.
func (p *program) hand(c *cli.Context, verb func(context.Context, run.Env) error) error {
	p.use = hands
	r := renderer(quiet{})
	if !p.opts.quiet {
		r = warningsOnly{newPlain(p.err, p.now, p.opts.verbose, p.styleOf(p.err))}
	}
	return p.with(c, r, verb)
}

// query runs a verb that looks only and shows its result: as one document with
// --json, else as show writes it.
func query[T any](p *program, c *cli.Context, verb func(context.Context, run.Env) (T, error), show func(io.Writer, T) error) error {
	var result T
	err := p.with(c, p.newRenderer(false), func(ctx context.Context, env run.Env) (err error) {
		result, err = verb(ctx, env)
		return err
	})
	if err != nil {
		return err
	}
	if p.opts.json {
		p.answered = true
		return p.printJSON(result)
	}
	return show(p.out, result)
}
