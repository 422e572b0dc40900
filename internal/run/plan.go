// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// PlanResult is what up would do.
type PlanResult struct {
	Project string `json:"project"`
	Changed bool   `json:"changed"`
	// Text is the whole plan for a reader: images, changes with their effects, actions, blocked guests.
	Text string `json:"-"`
	// Actions is a line an action.
	Actions []string `json:"actions"`
	// Notes are pending changes, orphans, hand edits, blocked guests.
	Notes []string `json:"notes"`
}

// Plan builds like Up and says what it would do.
func Plan(ctx context.Context, env Env, o UpOptions) (*PlanResult, error) { panic("unwritten") }
