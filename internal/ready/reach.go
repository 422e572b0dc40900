// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

const (
	// attemptLimit ends an attempt at a guest that does not answer. TCP itself
	// would send its packet again after 1 s and then 3 s; a new attempt sends a
	// new one at once.
	attemptLimit = 400 * time.Millisecond
	// patientLimit is for one attempt at a time: a guest that is starved of CPU
	// may need longer than attemptLimit for its answer.
	patientLimit = 3 * time.Second
	// silentPace is for a guest that does not answer; with attemptLimit it
	// bounds how many attempts are under way at once.
	silentPace = 50 * time.Millisecond
	// refusedPace is for a guest that is up and has no server yet: a refusal
	// comes back at once and costs nothing.
	refusedPace = 50 * time.Millisecond
	// keepAlive finds out soon that a guest that was logged in to was reset: it
	// refuses what belongs to a connection that it does not know.
	keepAlive = 5 * time.Second
)

// reach connects as soon as something listens. Attempts overlap, so that one
// that nobody answers does not put off the next; the first that is answered wins.
func (w *waiter) reach(ctx context.Context) (net.Conn, error) {
	if err := w.addresses.await(ctx, w.note); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var attempts sync.WaitGroup
	defer attempts.Wait()
	defer cancel()
	attempts.Go(func() { w.addresses.keep(ctx) })

	results := make(chan attempt)
	next := time.NewTimer(0)
	defer next.Stop()
	patient, refused := false, false
	for {
		select {
		case <-next.C:
			limit := attemptLimit
			if !patient {
				patient, limit = true, patientLimit
			}
			attempts.Go(func() { w.connect(ctx, limit, results) })
			next.Reset(nextAttempt(time.Since(w.began), refused))
		case a := <-results:
			if a.err == nil {
				return a.conn, nil
			}
			if ctx.Err() != nil {
				return nil, ctx.Err() // which is why the attempt failed
			}
			w.note(a.err)
			patient = patient && a.limit != patientLimit
			if is := errors.Is(a.err, syscall.ECONNREFUSED); is && !refused {
				refused = true
				next.Reset(nextAttempt(time.Since(w.began), refused))
			} else {
				refused = is
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func nextAttempt(waited time.Duration, refused bool) time.Duration {
	if refused {
		return min(pace(waited), refusedPace)
	}
	return max(pace(waited), silentPace)
}

// attempt is how one try to connect ended.
type attempt struct {
	conn  net.Conn
	err   error
	limit time.Duration
}

// connect tries once. A connection that nobody waits for any more is closed.
func (w *waiter) connect(ctx context.Context, limit time.Duration, results chan<- attempt) {
	login := w.target.Login
	login.Address = w.addresses.get()
	dialer := net.Dialer{
		Timeout:         limit,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepAlive, Interval: keepAlive, Count: 3},
	}
	began := time.Now()
	conn, err := dialer.DialContext(ctx, "tcp", login.HostPort())
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded) && time.Since(began) < limit:
		// The dialer takes the end of the wait for its own, and comes a little
		// before it: that says nothing of the guest.
		err = context.DeadlineExceeded
	default:
		err = &connectError{login.HostPort(), err}
	}
	select {
	case results <- attempt{conn, err, limit}:
	case <-ctx.Done():
		if conn != nil {
			_ = conn.Close()
		}
	}
}

// connectError is a failed attempt in few words.
type connectError struct {
	address string
	err     error
}

func (e *connectError) Error() string {
	var number syscall.Errno
	var timeout net.Error
	switch {
	case errors.As(e.err, &number):
		return fmt.Sprintf("connect %s: %s", e.address, number.Error())
	case errors.As(e.err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("connect %s: no answer", e.address)
	default:
		return fmt.Sprintf("connect %s: %v", e.address, e.err)
	}
}

func (e *connectError) Unwrap() error { return e.err }
