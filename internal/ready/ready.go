// SPDX-License-Identifier: Apache-2.0

// Package ready waits until a guest is ready: a list of named probes, tried
// side by side with libvirt's events, never by a fixed sleep.
//
// A guest can neither hold a wait beyond its timeout (a call into its agent and
// a session that does not answer are left behind) nor write on a terminal (what
// it says becomes one bounded line of printable text).
package ready

import (
	"context"
	"fmt"
	"time"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/guest"
	"vmprov/internal/virt"
)

// sayEvery is how often a guest that is not ready says what it lacks.
const sayEvery = 5 * time.Second

// Target is a guest that is waited for.
type Target struct {
	Guest string
	UUID  string
	// Probes in order; each must hold once.
	Probes  []config.Probe
	Timeout time.Duration
	// Login is filled but for the address, which is empty when it is not known
	// before the boot; then MACs are looked up (lease, agent, ARP).
	Login guest.Login
	MACs  []string
	// Mounts are the mount points that a login must see.
	Mounts []string
	// BannerOnly is set for a caller whose key the guest does not have yet: the
	// server's banner is enough, for a command too.
	BannerOnly bool
	// ConsoleTail gives the end of the guest's console log, for an error.
	ConsoleTail func(context.Context) string
	// ConsoleSince gives what the guest wrote on its console in this boot; nil
	// where that is not known, and a panic then not seen.
	ConsoleSince func(context.Context) string
	// Release is told what `uname -r` says in a guest that a probe logged in to;
	// nil for nobody. It is called at most once, before Wait returns.
	Release func(string)
}

// Wait returns nil as soon as every probe held. It is called after the guest's
// start. It emits a Waiting event every few seconds that names the probe still
// lacking. A guest that does not run, stops or crashes is a *StoppedError at
// once, one whose kernel panicked a *PanicError within seconds, one not ready in time a *TimeoutError, and one whose host key changed
// at an address of its own a *guest.HostKeyError: waiting would not mend it. A reboot is no stop.
func Wait(ctx context.Context, c *virt.Client, t Target, emit event.Sink) error {
	return wait(ctx, c, t, emit, sayEvery)
}

func wait(ctx context.Context, c *virt.Client, t Target, emit event.Sink, every time.Duration) error {
	// Watched before the state is looked at, so that nothing falls between.
	events, stop, err := c.Watch(ctx, t.UUID)
	if err != nil {
		return fmt.Errorf("wait for guest `%s`: %w", t.Guest, err)
	}
	defer stop()
	probing, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	w := newWaiter(c, t)
	done := make(chan error, 1)
	go func() { done <- w.run(probing) }()
	say := time.NewTicker(every)
	defer say.Stop()
	missed := make(chan error, 1)
	for {
		select {
		case err := <-done:
			return w.verdict(ctx, probing, err)
		case e := <-events:
			if err := w.handle(ctx, e); err != nil {
				cancel()
				<-done
				return w.stopped(ctx, err)
			}
		case err := <-missed:
			cancel()
			<-done
			return w.stopped(ctx, err)
		case <-say.C:
			emit(event.Event{Kind: event.Waiting, Guest: t.Guest, Action: "wait until ready", Text: w.lackingText()})
			go w.lookAgain(probing, missed)
		}
	}
}
