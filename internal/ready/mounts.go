// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/guest"
)

// mountsError names mount points that a login does not see yet.
type mountsError struct{ missing []string }

func (e *mountsError) Error() string { return "not mounted yet: " + strings.Join(e.missing, ", ") }

// awaitMounts looks again on the same login until every mount is there.
func (w *waiter) awaitMounts(ctx context.Context, client *ssh.Client) error {
	if len(w.target.Mounts) == 0 {
		return nil // the login is enough, whatever the user's shell is
	}
	b := backoff{20 * time.Millisecond, 500 * time.Millisecond}
	for {
		missing, err := w.missingMounts(ctx, client)
		if err != nil {
			return err
		}
		if len(missing) == 0 {
			return nil
		}
		w.note(&mountsError{missing})
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
}

func (w *waiter) missingMounts(ctx context.Context, client *ssh.Client) ([]string, error) {
	out, err := remote(ctx, client, guest.Quote([]string{"cat", "/proc/self/mounts"}))
	if err != nil {
		return nil, err
	}
	mounted := mountPoints(out)
	var missing []string
	for _, target := range w.target.Mounts {
		if slices.Contains(mounted, path.Clean(target)) || slices.Contains(mounted, w.resolve(ctx, client, target)) {
			continue
		}
		missing = append(missing, target)
	}
	return missing, nil
}

// resolve follows a target's symbolic links in the guest, as the mount did:
// /lib/modules is mounted as /usr/lib/modules where /lib is a link.
func (w *waiter) resolve(ctx context.Context, client *ssh.Client, target string) string {
	if known, ok := w.resolved[target]; ok {
		return known
	}
	out, err := remote(ctx, client, guest.Quote([]string{"readlink", "-f", "--", target}))
	if out = strings.TrimSuffix(out, "\n"); err != nil || out == "" {
		return target
	}
	w.resolved[target] = out
	return out
}

// mountPoints reads proc_pid_mounts(5).
func mountPoints(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 1 {
			out = append(out, unescape(fields[1]))
		}
	}
	return out
}

// unescape undoes the octal escapes of a field (\040 for a blank).
func unescape(field string) string {
	var b strings.Builder
	for i := 0; i < len(field); i++ {
		if field[i] == '\\' && i+3 < len(field) {
			if c, err := strconv.ParseUint(field[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(field[i])
	}
	return b.String()
}
