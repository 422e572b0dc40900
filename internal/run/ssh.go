// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"
)

// SSHOptions are the arguments of ssh.
type SSHOptions struct {
	Config  string
	Guest   string
	Command []string
}

// ExitError passes the exit status of a program on.
type ExitError struct{ Code int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// SSH runs the system's ssh against a guest with a configuration and
// known_hosts of the project's own. The program's exit status is an *ExitError.
func SSH(ctx context.Context, env Env, o SSHOptions) error { panic("unwritten") }

// SSHConfig is an ssh_config(5) for the selected guests.
func SSHConfig(ctx context.Context, env Env, s Selection) (string, error) { panic("unwritten") }
