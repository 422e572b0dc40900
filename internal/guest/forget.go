// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/state"
)

// Known are the guests of a project whose keys known_hosts holds, with the
// length of their lines in bytes.
func Known(f *state.Folder, project string) (map[string]uint64, error) {
	data, err := f.ReadFile(KnownHostsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	known := map[string]uint64{}
	for line := range bytes.Lines(data) {
		if guest := guestOf(line, project); guest != "" {
			known[guest] += uint64(len(line))
		}
	}
	return known, nil
}

// Forget drops the keys of guests that are gone from known_hosts.
func Forget(ctx context.Context, f *state.Folder, project string, guests []string) error {
	knownHostsMu.Lock()
	defer knownHostsMu.Unlock()
	lock, err := lockFolder(ctx, f)
	if err != nil {
		return fmt.Errorf("write %s: %w", f.Path(KnownHostsFile), err)
	}
	defer lock.Release()
	data, err := f.ReadFile(KnownHostsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var kept []byte
	for line := range bytes.Lines(data) {
		if guest := guestOf(line, project); guest == "" || !slices.Contains(guests, guest) {
			kept = append(kept, line...)
		}
	}
	if len(kept) == len(data) {
		return nil
	}
	return f.WriteFile(KnownHostsFile, kept, 0o600)
}

// guestOf is the guest that a line of known_hosts is of; empty for a line that
// vmprov would not write.
func guestOf(line []byte, project string) string {
	marker, hosts, _, _, _, err := ssh.ParseKnownHosts(line)
	if err != nil || marker != "" || len(hosts) != 1 {
		return ""
	}
	// See HostKeyAlias.
	parts := strings.Split(hosts[0], ".")
	if len(parts) < 3 || len(parts) > 4 || parts[1] != project {
		return ""
	}
	return parts[0]
}
