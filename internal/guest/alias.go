// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// HostKeyAlias names a guest's host key in known_hosts: by its birth (empty
// where that is not known) and the generation of its root overlay, since one
// that was made anew or recycled is a new host.
func HostKeyAlias(guest, project string, generation int, birth string) string {
	alias := fmt.Sprintf("%s.%s.%d", guest, project, generation)
	if birth != "" {
		alias += "." + birth
	}
	return alias
}

// hostOf is what all aliases of one guest begin with. Guests and projects are
// DNS labels, so there is no dot in them.
func hostOf(alias string) string {
	parts := strings.SplitAfterN(alias, ".", 3)
	return strings.Join(parts[:len(parts)-1], "")
}

// withoutFormer drops from known_hosts the keys of what the guest was before:
// nobody meets those hosts again, and a guest that is recycled every night
// would leave a line each time.
func withoutFormer(data []byte, l Login) []byte {
	var kept []byte
	for line := range bytes.Lines(data) {
		marker, hosts, _, _, _, err := ssh.ParseKnownHosts(line)
		if err != nil || marker != "" || len(hosts) != 1 || !l.isFormer(hosts[0]) {
			kept = append(kept, line...)
		}
	}
	return kept
}

func (l Login) isFormer(alias string) bool {
	return hostOf(alias) == hostOf(l.HostKeyAlias) && !slices.Contains([]string{l.HostKeyAlias, l.PreviousAlias}, alias)
}
