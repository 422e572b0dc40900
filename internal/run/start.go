// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// StartOptions are the flags of start.
type StartOptions struct {
	Selection
	Parallel int
	NoWait   bool
}

// Start starts guests that exist, also those that their user stopped.
func Start(ctx context.Context, env Env, o StartOptions) (*Summary, error) { panic("unwritten") }
