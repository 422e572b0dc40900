// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"strings"

	"vmprov/internal/foreign"
	"vmprov/internal/guest"
)

// maxRelease bounds a kernel's release (__NEW_UTS_LEN of the kernel is 64).
const maxRelease = 64

// tellRelease tells which kernel the guest runs, where a probe logged in. What
// the guest does not say, as one without a shell, is no fault.
func (w *waiter) tellRelease(ctx context.Context) {
	if w.login == nil || w.target.Release == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	out, err := remote(ctx, w.login, guest.Quote([]string{"uname", "-r"}))
	if err == nil && out != "" {
		w.target.Release(foreign.Line(strings.TrimSpace(out), maxRelease))
	}
}
