// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"libvirt.org/go/libvirt"

	"vmprov/domain"
	"vmprov/internal/event"
	"vmprov/internal/ready"
)

// overPanic waits for a guest, and where its kernel panicked starts it anew,
// once. A second panic is the error.
func overPanic(wait func() error, anew func(*ready.PanicError) error) error {
	err := wait()
	var panicked *ready.PanicError
	if !errors.As(err, &panicked) {
		return err
	}
	if err := anew(panicked); err != nil {
		return err
	}
	return wait()
}

// sayPanic says that a guest starts anew, and the first lines of why.
func (a *Applier) sayPanic(panicked *ready.PanicError) {
	say := func(kind event.Kind, text string) {
		a.Emit(event.Event{Kind: kind, Guest: panicked.Guest, Action: "wait until ready", Text: text})
	}
	first, rest, _ := strings.Cut(panicked.Trouble, "\n")
	say(event.Warning, "its kernel panicked, and it is started anew: "+first)
	for line := range strings.Lines(rest) {
		say(event.Note, strings.TrimSuffix(line, "\n"))
	}
}

// startAnew resets a guest whose kernel panicked, or starts one that its panic
// ended. What its console has until then is of the boot that panicked.
func (o waitReady) startAnew(ctx context.Context, a *Applier, panicked *ready.PanicError) error {
	a.sayPanic(panicked)
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		dom, err := conn.LookupDomainByUUIDString(o.target.UUID)
		if err != nil {
			return fmt.Errorf("start guest `%s` anew: %w", o.target.Guest, err)
		}
		defer func() { _ = dom.Free() }()
		active, err := dom.IsActive()
		if err != nil {
			return fmt.Errorf("start guest `%s` anew: %w", o.target.Guest, err)
		}
		a.noteConsole(ctx, conn, startDomain{uuid: o.target.UUID, pool: o.mark.Pool, console: o.console})
		if !active {
			return domain.StartWith(dom, domain.StartOptions{}, a.LibVersion)
		}
		return domain.Reset(dom)
	})
}
