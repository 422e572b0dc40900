// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// DestroyOptions are the flags of destroy.
type DestroyOptions struct {
	Selection
	// Project is destroyed without a configuration.
	Project string
	// KeepDisks leaves the data disks, in the guest's mark.
	KeepDisks bool
	// Yes does not ask.
	Yes    bool
	DryRun bool
}

// Destroy removes guests and, when the whole project goes, all that is the project's.
func Destroy(ctx context.Context, env Env, o DestroyOptions) (*Summary, error) { panic("unwritten") }
