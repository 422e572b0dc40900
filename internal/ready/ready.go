// SPDX-License-Identifier: Apache-2.0

// Package ready waits until a guest is ready: a list of named probes, tried
// side by side with libvirt's events, never by a fixed sleep.
package ready

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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
	// server's banner is enough.
	BannerOnly bool
	// ConsoleTail gives the end of the guest's console log, for an error.
	ConsoleTail func(context.Context) string
}

// Wait returns nil as soon as every probe held. It emits a Waiting event every
// few seconds that names the probe still lacking. A guest that stops or
// crashes is a *StoppedError at once; one not ready in time a *TimeoutError.
func Wait(ctx context.Context, c *virt.Client, t Target, emit event.Sink) error {
	// Watched before the state is looked at, so that nothing falls between.
	events, stop, err := c.Watch(t.UUID)
	if err != nil {
		return fmt.Errorf("wait for guest `%s`: %w", t.Guest, err)
	}
	defer stop()
	w := &waiter{client: c, target: t, emit: emit, agent: make(chan struct{})}
	probing, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- w.run(probing) }()
	say := time.NewTicker(sayEvery)
	defer say.Stop()
	for {
		select {
		case err := <-done:
			return w.verdict(ctx, err)
		case e := <-events:
			if err := w.handle(e); err != nil {
				cancel()
				<-done
				return w.stopped(ctx, err)
			}
		case <-say.C:
			probe, last := w.lacking()
			emit(event.Event{Kind: event.Waiting, Guest: t.Guest, Action: "wait until ready", Text: waitingText(probe, last)})
		}
	}
}

func waitingText(probe string, last error) string {
	if last == nil {
		return probe
	}
	return probe + ": " + clean(last.Error())
}

// waiter carries the state of one wait.
type waiter struct {
	client *virt.Client
	target Target
	emit   event.Sink

	mu    sync.Mutex
	probe string
	last  error
	// agent is closed when the guest agent answered its first call.
	agent   chan struct{}
	agentOn bool
}

// run tries the probes one after the other.
func (w *waiter) run(ctx context.Context) error {
	if err := w.lookAtState(ctx); err != nil {
		return err
	}
	for _, p := range w.target.Probes {
		w.begin(string(p.Kind))
		if err := w.try(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (w *waiter) try(ctx context.Context, p config.Probe) error {
	switch p.Kind {
	case config.ProbeRunning:
		return nil // looked at before, and watched since
	case config.ProbeAddress:
		return w.findAddress(ctx)
	case config.ProbeAgent:
		return w.awaitAgent(ctx)
	case config.ProbeSSH:
		return w.awaitSSH(ctx)
	case config.ProbeCommand:
		return w.awaitCommand(ctx, p.Command)
	default:
		return fmt.Errorf("unknown probe `%s`", p.Kind)
	}
}

func (w *waiter) begin(probe string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probe, w.last = probe, nil
}

// note keeps the last reason why the probe does not hold yet.
func (w *waiter) note(err error) {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = err
}

func (w *waiter) lacking() (probe string, last error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.probe, w.last
}

// handle takes an event; an error is a guest that does not run any more.
func (w *waiter) handle(e virt.DomainEvent) error {
	switch e.Kind {
	case virt.DomainStopped, virt.DomainCrashed, virt.DomainUndefined:
		return errors.New(e.Detail)
	case virt.AgentConnected:
		w.agentConnected()
	}
	return nil
}

func (w *waiter) agentConnected() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.agentOn {
		w.agentOn = true
		close(w.agent)
	}
}

// errStopped says that the domain was not active when it was looked at.
var errStopped = errors.New("not running")

// verdict turns the end of the probes into the error that the user sees.
func (w *waiter) verdict(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("wait for guest `%s`: %w", w.target.Guest, ctx.Err())
	case errors.Is(err, errStopped):
		return w.stopped(ctx, err)
	case !errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("wait for guest `%s`: %w", w.target.Guest, err)
	}
	probe, last := w.lacking()
	return &TimeoutError{
		Guest: w.target.Guest, Probe: probe, After: w.target.Timeout, Last: last,
		Hint: advice(probe, last, w.target), Console: w.console(ctx),
	}
}

func (w *waiter) stopped(ctx context.Context, why error) error {
	return &StoppedError{Guest: w.target.Guest, Reason: why.Error(), Console: w.console(ctx)}
}

// consoleLines is how much of the console log an error shows.
const consoleLines = 15

func (w *waiter) console(ctx context.Context) string {
	if w.target.ConsoleTail == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	lines := strings.Split(strings.TrimSpace(w.target.ConsoleTail(ctx)), "\n")
	for i, line := range lines {
		lines[i] = clean(line)
	}
	return strings.Join(lines[max(0, len(lines)-consoleLines):], "\n")
}
