// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"

	"github.com/hashicorp/go-multierror"

	"vmprov/internal/config"
	"vmprov/internal/ready"
	"vmprov/internal/run"
	"vmprov/internal/state"
	"vmprov/internal/virt"
)

// Exit codes. exitStatus lists them for the user.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitNotReady    = 3
	ExitNoDaemon    = 4
	ExitLocked      = 5
	ExitInterrupted = 130
)

// exitStatus is the list of exit codes that every help text ends with.
const exitStatus = `  0    done
  1    failed
  2    the command line or the configuration is wrong; nothing was done
  3    a guest was not ready in time
  4    no libvirtd answers
  5    another command works on the same project
  130  interrupted`

// exitCode folds the errors of several guests: what they have in common, an
// interrupt above all, and otherwise a plain failure.
func exitCode(err error) int {
	if err == nil {
		return ExitDone
	}
	all := leaves(err)
	code := leafCode(all[0])
	for _, leaf := range all[1:] {
		c := leafCode(leaf)
		switch {
		case c == ExitInterrupted:
			return c
		case c != code && code != ExitInterrupted:
			code = ExitFailed
		}
	}
	return code
}

func leafCode(err error) int {
	var (
		exit    *run.ExitError
		usage   *usageError
		faults  config.Faults
		choice  *config.SelectionError
		timeout *ready.TimeoutError
		locked  *state.LockedError
	)
	switch {
	case errors.As(err, &exit):
		return exit.Code
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &usage), errors.As(err, &faults), errors.As(err, &choice):
		return ExitUsage
	case errors.As(err, &timeout):
		return ExitNotReady
	case errors.Is(err, virt.ErrNoDaemon):
		return ExitNoDaemon
	case errors.As(err, &locked):
		return ExitLocked
	}
	return ExitFailed
}

// leaves are the errors that go-multierror gathered, at any depth. An error
// that wraps several causes by itself is one error.
func leaves(err error) []error {
	var multi *multierror.Error
	if !errors.As(err, &multi) || len(multi.Errors) == 0 {
		return []error{err}
	}
	var all []error
	for _, e := range multi.Errors {
		all = append(all, leaves(e)...)
	}
	return all
}

// isExit tells the exit status of a program that was run from an error of our own.
func isExit(err error) bool {
	var exit *run.ExitError
	return errors.As(err, &exit)
}
