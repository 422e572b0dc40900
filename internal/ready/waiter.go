// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// waiter carries the state of one wait. One goroutine runs the probes; the
// events and the say-so come from another.
type waiter struct {
	virt   *virt.Client
	target Target
	began  time.Time

	mu    sync.Mutex
	probe string
	last  error
	// agent is closed when the guest agent is connected.
	agent   chan struct{}
	agentOn bool
	heard   hearing

	// What follows is the probes' alone.

	// addresses is where the guest may be found.
	addresses *addresses
	// login is a session's connection that later probes use too; nil for none.
	login *ssh.Client
	// resolved are mount points without symbolic links.
	resolved map[string]string
}

func newWaiter(c *virt.Client, t Target) *waiter {
	began := time.Now()
	return &waiter{
		virt: c, target: t, began: began, heard: hearing{at: began}, agent: make(chan struct{}),
		addresses: newAddresses(c, t), resolved: map[string]string{},
	}
}

// run tries the probes one after the other.
func (w *waiter) run(ctx context.Context) error {
	defer w.hangUp()
	if err := w.lookAtState(ctx); err != nil {
		return err
	}
	for _, p := range w.target.Probes {
		w.begin(string(p.Kind))
		if err := w.try(ctx, p); err != nil {
			return err
		}
	}
	w.tellRelease(ctx)
	return nil
}

func (w *waiter) try(ctx context.Context, p config.Probe) error {
	switch p.Kind {
	case config.ProbeRunning:
		return nil // looked at before, and watched since
	case config.ProbeAddress:
		return w.addresses.await(ctx, w.note)
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

// lookAtState reads once whether the guest runs and its agent is connected;
// what comes later comes as an event.
func (w *waiter) lookAtState(ctx context.Context) error {
	w.begin("running")
	now, err := look(ctx, w.virt, w.target.UUID, w.wantsAgent())
	if err != nil {
		return err
	}
	if now.stopped != "" {
		return &stopError{now.stopped}
	}
	if now.agent {
		w.agentConnected()
	}
	return nil
}

// wantsAgent says that a probe asks for the guest agent; looking for it costs
// a call.
func (w *waiter) wantsAgent() bool {
	return slices.ContainsFunc(w.target.Probes, func(p config.Probe) bool { return p.Kind == config.ProbeAgent })
}

func (w *waiter) begin(probe string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probe, w.last = probe, nil
}

// note keeps the last reason why the probe does not hold yet. That the wait
// itself ended is none.
func (w *waiter) note(err error) {
	if err == nil || errors.Is(err, context.Canceled) || err == context.DeadlineExceeded {
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

func (w *waiter) lackingText() string {
	probe, last := w.lacking()
	if last == nil {
		return probe
	}
	return probe + ": " + clean(virt.Text(last))
}

// handle takes an event; an error is a guest that does not run any more.
func (w *waiter) handle(ctx context.Context, e virt.DomainEvent) error {
	switch e.Kind {
	case virt.DomainStopped, virt.DomainCrashed, virt.DomainUndefined:
		return w.confirmStop(ctx, e)
	case virt.AgentConnected:
		w.agentConnected()
	}
	return nil
}

// confirmStop looks whether the guest is still stopped: libvirt delivers
// events in its own time, and this one may tell of the stop before the start
// that is waited for.
func (w *waiter) confirmStop(ctx context.Context, e virt.DomainEvent) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if now, err := look(ctx, w.virt, w.target.UUID, w.wantsAgent()); err == nil && now.stopped == "" {
		return nil
	}
	return &stopError{e.Detail}
}

// lookAgain finds out what no event told: libvirtd was restarted, or the guest's
// kernel panicked. While libvirtd is away nothing is known of the guest.
func (w *waiter) lookAgain(ctx context.Context, missed chan<- error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	now, err := look(ctx, w.virt, w.target.UUID, w.wantsAgent())
	switch {
	case virt.IsNotFound(err):
		now.stopped = "undefined"
	case err != nil:
		return
	}
	if now.agent {
		w.agentConnected()
	}
	var end error
	if now.stopped != "" {
		end = &stopError{now.stopped}
	} else {
		end = w.lookForPanic(ctx)
	}
	if end != nil {
		select {
		case missed <- end:
		default: // said already
		}
	}
}

// stopError says why a guest does not run.
type stopError struct{ why string }

func (e *stopError) Error() string { return e.why }

func (w *waiter) agentConnected() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.agentOn {
		w.agentOn = true
		close(w.agent)
	}
}

// awaitAgent waits for libvirt's event.
func (w *waiter) awaitAgent(ctx context.Context) error {
	select {
	case <-w.agent:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// verdict turns the end of the probes into the error that the user sees.
func (w *waiter) verdict(ctx, probing context.Context, err error) error {
	var stop *stopError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("wait for guest `%s`: %w", w.target.Guest, context.Cause(ctx))
	case errors.As(err, &stop):
		return w.stopped(ctx, err)
	case virt.IsNotFound(err):
		return w.stopped(ctx, &stopError{"undefined"})
	case probing.Err() == nil:
		return fmt.Errorf("wait for guest `%s`: %w", w.target.Guest, err)
	}
	return w.timedOut(ctx)
}

// timedOut is the error of a guest that was not ready in time.
func (w *waiter) timedOut(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	console := w.listen(limited)
	trouble, panicked := troubleIn(console)
	if panicked { // since it was looked for last
		return w.panicError(trouble, console)
	}
	probe, last := w.lacking()
	return &TimeoutError{
		Guest: w.target.Guest, Probe: probe, After: w.target.Timeout, Last: last,
		Silent: w.silence(), Trouble: trouble,
		Hint: advice(probe, last, w.target), Console: w.console(ctx),
	}
}

// stopped is the error of a guest that does not run. One with a panic device is
// ended by its panic, and its console says more than libvirt does.
func (w *waiter) stopped(ctx context.Context, why error) error {
	var panicked *PanicError
	if errors.As(why, &panicked) {
		return why
	}
	limited, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := w.lookForPanic(limited); err != nil {
		return err
	}
	return &StoppedError{Guest: w.target.Guest, Reason: why.Error(), Console: w.console(ctx)}
}

// consoleLines is how much of the console log an error shows.
const consoleLines = 15

// console is the end of the console log, line by line fit for a terminal.
func (w *waiter) console(ctx context.Context) string {
	if w.target.ConsoleTail == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	return cleanLog(w.target.ConsoleTail(ctx), consoleLines)
}
