// SPDX-License-Identifier: Apache-2.0

// Package ready waits until a guest is ready: a list of named probes, run in
// order by one loop that is driven by libvirt's events and by connection
// attempts, never by sleeping.
package ready

import (
	"context"
	"time"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/guest"
	"vmprov/internal/virt"
)

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
	// ConsoleTail gives the end of the guest's console log, for the timeout's error.
	ConsoleTail func(context.Context) string
}

// Wait returns nil as soon as every probe held. It emits a Waiting event every
// few seconds that names the probe still lacking. A guest that stops or
// crashes is a *StoppedError at once; one not ready in time a *TimeoutError.
func Wait(ctx context.Context, c *virt.Client, t Target, emit event.Sink) error { panic("unwritten") }

// TimeoutError says which probe a guest lacked.
type TimeoutError struct {
	Guest   string
	Probe   string
	After   time.Duration
	Last    error  // the probe's last error
	Hint    string // what to look at next
	Console string // the end of the console log
}

func (e *TimeoutError) Error() string { panic("unwritten") }

// StoppedError says that a guest stopped or crashed while it was waited for.
type StoppedError struct{ Guest, Reason, Console string }

func (e *StoppedError) Error() string { panic("unwritten") }
