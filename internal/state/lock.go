// SPDX-License-Identifier: Apache-2.0

package state

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Lock is held by one process at a time: an abstract unix socket, whose bind
// excludes, which the kernel releases with the process and which leaves no
// file. It holds within one network namespace, as abstract names do.
type Lock struct {
	scope    string
	listener net.Listener
}

// LockedError says who holds the lock that was wanted.
type LockedError struct {
	// Scope is what is locked, in words: "project `fstests` on qemu:///system".
	Scope string
	// PID of the holder; 0 when it is not seen from here (another pid
	// namespace, or gone in this moment).
	PID int
	// UID of the holder; -1 when unknown. An abstract name has no permissions,
	// so it may be anybody.
	UID     int
	Command string
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("lock %s: held by %s", e.Scope, e.Holder())
}

// Holder is the holder in words: "pid 12 (vmprov up)".
func (e *LockedError) Holder() string {
	var b strings.Builder
	if e.PID > 0 {
		fmt.Fprintf(&b, "pid %d", e.PID)
	} else {
		b.WriteString("another process")
	}
	if e.Command != "" {
		fmt.Fprintf(&b, " (%s)", e.Command)
	}
	if e.UID >= 0 && e.UID != os.Geteuid() {
		fmt.Fprintf(&b, " of uid %d", e.UID)
	}
	return b.String()
}

// hostWait bounds the wait for the host's lock, which is held for moments only.
const hostWait = time.Minute

// Acquire takes the lock of a project on a connection. While another process
// holds it, Acquire waits up to wait (0: not at all), by an event and not by
// polling, and then fails with a *LockedError.
func Acquire(ctx context.Context, uri, project string, wait time.Duration) (*Lock, error) {
	scope := fmt.Sprintf("project `%s` on %s", project, uri)
	return acquire(ctx, lockName(uri, project, os.Geteuid()), scope, wait)
}

// AcquireHost takes the short lock that guards what projects share on a
// connection (the choice of a subnet, pool work). It waits up to a minute.
func AcquireHost(ctx context.Context, uri string) (*Lock, error) {
	return acquire(ctx, lockName(uri, "", os.Geteuid()), "what projects share on "+uri, hostWait)
}

// Release lets go of the lock.
func (l *Lock) Release() error {
	if err := l.listener.Close(); err != nil {
		return fmt.Errorf("release %s: %w", l.scope, err)
	}
	return nil
}

func acquire(ctx context.Context, name, scope string, wait time.Duration) (*Lock, error) {
	// A holder that is just going (or coming) has the name but takes no
	// connection: even without a wait that moment is waited out.
	const moment = 100 * time.Millisecond
	limit, cancel := context.WithTimeout(ctx, max(wait, moment))
	defer cancel()
	for {
		lock, held, err := try(ctx, name, scope)
		if lock != nil || err != nil {
			return lock, err
		}
		err = awaitRelease(limit, held, name, wait > 0)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("lock %s: %w", scope, context.Cause(ctx))
		}
		if err != nil {
			return nil, err
		}
	}
}

// try binds the name. When it is taken, held says so, without its holder.
func try(ctx context.Context, name, scope string) (lock *Lock, held *LockedError, err error) {
	if ctx.Err() != nil {
		return nil, nil, fmt.Errorf("lock %s: %w", scope, context.Cause(ctx))
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", name)
	switch {
	case err == nil:
		return &Lock{scope: scope, listener: listener}, nil, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &LockedError{Scope: scope, UID: -1}, nil
	default:
		return nil, nil, fmt.Errorf("lock %s: %w", scope, err)
	}
}

// awaitRelease returns nil when the lock may be free: at once when the holder
// is going, else, if wait is set, when it has gone. It returns held, with its
// holder filled in, when the lock stays held until ctx ends.
func awaitRelease(ctx context.Context, held *LockedError, name string, wait bool) error {
	holder, err := dialHolder(ctx, name)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return pause(ctx, held)
	}
	if err != nil {
		return held
	}
	defer holder.close()
	held.PID, held.UID, held.Command = holder.pid, holder.uid, commandOf(holder.pid)
	if !wait || !holder.awaitEnd(ctx) {
		return held
	}
	return nil
}

// pause bridges the moment between a holder's bind and listen, or its end.
func pause(ctx context.Context, held *LockedError) error {
	select {
	case <-ctx.Done():
		return held
	case <-time.After(time.Millisecond):
		return nil
	}
}
