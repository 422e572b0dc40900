// SPDX-License-Identifier: Apache-2.0

package run

import "vmprov/internal/config"

// Validate loads a configuration; its faults are the error.
func Validate(configPath string) (*config.File, error) { return load(Env{}, configPath) }
