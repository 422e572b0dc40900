// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// LogsOptions are the flags of logs.
type LogsOptions struct {
	Config string
	Guest  string
	Follow bool
}

// Logs writes a guest's console log to Env.Stdout.
func Logs(ctx context.Context, env Env, o LogsOptions) error { panic("unwritten") }
