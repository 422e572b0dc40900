// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// StopOptions are the flags of stop.
type StopOptions struct {
	Selection
	Parallel int
}

// Stop shuts guests down, and up and recycle leave them stopped.
func Stop(ctx context.Context, env Env, o StopOptions) (*Summary, error) { panic("unwritten") }
