// SPDX-License-Identifier: Apache-2.0

package cli

import "vmprov/internal/event"

// quiet shows nothing: errors are reported at the end by every command.
type quiet struct{}

var _ renderer = quiet{}

func (quiet) Emit(event.Event) {}
func (quiet) Alone(fn func())  { fn() }
func (quiet) Close()           {}
