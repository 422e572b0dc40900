// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// RecycleOptions are the flags of recycle.
type RecycleOptions struct {
	Selection
	// Build takes the newest build of the image; without it guests stay on the image they have.
	Build    bool
	Parallel int
	DryRun   bool
}

// Recycle gives guests a new root overlay.
func Recycle(ctx context.Context, env Env, o RecycleOptions) (*Summary, error) { panic("unwritten") }
