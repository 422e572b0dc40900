// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// Console attaches the terminal to a guest's serial console until ctrl-].
func Console(ctx context.Context, env Env, configPath, guest string) error { panic("unwritten") }
