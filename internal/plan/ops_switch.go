// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"

	"vmprov/internal/event"
	"vmprov/internal/ready"
)

// activate makes a closure the system of a running guest, as NixOS does it.
type activate struct {
	target  ready.Target
	closure string
}

func (o activate) describe() (string, string) { return "activate", o.closure }

// command is the closure's own script; `test` leaves the boot loader alone, as
// there is none. A login that is not root's asks sudo, which must not ask back.
func (o activate) command() []string {
	argv := []string{o.closure + "/bin/switch-to-configuration", "test"}
	if o.target.Login.User != "root" {
		argv = append([]string{"sudo", "-n"}, argv...)
	}
	return argv
}

func (o activate) run(ctx context.Context, a *Applier) error {
	say := func(line string) {
		a.Emit(event.Event{Kind: event.Note, Guest: o.target.Guest, Action: "activate", Object: o.closure, Text: line})
	}
	if err := ready.Run(ctx, a.Client, o.target, o.command(), say); err != nil {
		return fmt.Errorf("activate %s: %w", o.closure, err)
	}
	return nil
}
