// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"time"
)

// backoff doubles from its first value to its limit.
type backoff struct{ next, limit time.Duration }

// wait waits once, or until ctx ends.
func (b *backoff) wait(ctx context.Context) error {
	pause := b.next
	b.next = min(2*b.next, b.limit)
	return sleep(ctx, pause)
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pace is the time between two tries after so much waiting: a 250th of it, so
// that trying costs little and its share of the wait stays below one percent,
// between 20 ms and 100 ms: a server is seen within that of its start.
func pace(waited time.Duration) time.Duration {
	return min(max(waited/250, 20*time.Millisecond), 100*time.Millisecond)
}
