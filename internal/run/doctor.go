// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// Check is one thing that doctor looked at.
type Check struct {
	Name string `json:"name"`
	// Level is ok, warning or error.
	Level  string `json:"level"`
	Detail string `json:"detail"`
	// Hint is what to do about it; empty when Level is ok.
	Hint string `json:"hint,omitempty"`
}

// Doctor looks at everything that vmprov needs on the host.
func Doctor(ctx context.Context, env Env, s Selection) ([]Check, error) { panic("unwritten") }
