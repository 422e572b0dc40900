// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"time"
)

// noShareLocks says why locks of a guest cannot reach the host. The virtiofsd
// that came with QEMU up to 7.2 can do that; the one of today has no such
// option, and libvirt, or the daemon, refuses the guest's start. One that
// cannot be asked is not lacking.
func noShareLocks(ctx context.Context, daemon string) string {
	const patience = 5 * time.Second
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	out, err := exec.CommandContext(ctx, daemon, "--print-capabilities").Output()
	var capabilities struct{ Features []string }
	if err != nil || json.Unmarshal(out, &capabilities) != nil || !slices.Contains(capabilities.Features, "separate-options") {
		return ""
	}
	return daemon + " does not pass locks on to the host (leave it out)"
}
