// SPDX-License-Identifier: Apache-2.0

package state

import (
	"context"
	"fmt"
	"time"
)

// Lock is held by one process at a time: an abstract unix socket, whose bind
// excludes, which the kernel releases with the process and which leaves no file.
type Lock struct{}

// LockedError says who holds the lock that was wanted.
type LockedError struct {
	// Scope is what is locked, in words: "project `fstests` on qemu:///system".
	Scope   string
	PID     int
	Command string
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("lock %s: held by pid %d (%s)", e.Scope, e.PID, e.Command)
}

// Acquire takes the lock of a project on a connection. While another process
// holds it, Acquire waits up to wait (0: not at all), by an event and not by
// polling, and then fails with a *LockedError.
func Acquire(ctx context.Context, uri, project string, wait time.Duration) (*Lock, error) {
	panic("unwritten")
}

// AcquireHost takes the short lock that guards what projects share on a
// connection (the choice of a subnet, pool work). It waits up to a minute.
func AcquireHost(ctx context.Context, uri string) (*Lock, error) { panic("unwritten") }

// Release lets go of the lock.
func (l *Lock) Release() error { panic("unwritten") }
