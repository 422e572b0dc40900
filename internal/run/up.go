// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// UpOptions are the flags of up and plan.
type UpOptions struct {
	Selection
	// Parallel bounds how many guests are worked on at once; 0 for all.
	Parallel int
	// NoWait returns when the guests run; NoBuild takes the images that guests have.
	NoWait, NoBuild, DryRun bool
	// Restart applies next-boot changes now; Recycle also takes new images;
	// Restore undoes hand edits; RemoveOrphans removes marked guests that the
	// file no longer declares; Adopt takes over a project of another origin.
	Restart, Recycle, Restore, RemoveOrphans, Adopt bool
	// Recreate names guests that are removed with their data disks and made anew.
	Recreate []string
}

// Up brings the guests up.
func Up(ctx context.Context, env Env, o UpOptions) (*Summary, error) { panic("unwritten") }
