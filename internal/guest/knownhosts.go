// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// KnownHostsFile is the project's own known_hosts (sshd(8)) in its state folder.
const KnownHostsFile = "known_hosts"

// knownHosts serialises the guests that are logged in to side by side: the
// file is read, judged and written under it.
var knownHosts sync.Mutex

// knownKeys are the keys that the guest was seen with; a missing file knows nobody.
func (l Login) knownKeys() ([]ssh.PublicKey, error) {
	data, err := l.readKnownHosts()
	if err != nil {
		return nil, err
	}
	var keys []ssh.PublicKey
	for line := range bytes.Lines(data) {
		marker, hosts, key, _, _, err := ssh.ParseKnownHosts(line)
		if err == nil && marker == "" && slices.Contains(hosts, l.HostKeyAlias) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func (l Login) readKnownHosts() ([]byte, error) {
	data, err := l.Folder.ReadFile(KnownHostsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read known hosts: %w", err)
	}
	return data, nil
}

// remember adds the guest's key; knownHosts is locked.
func (l Login) remember(key ssh.PublicKey) error {
	data, err := l.readKnownHosts()
	if err != nil {
		return err
	}
	data = append(data, knownhosts.Line([]string{l.HostKeyAlias}, key)+"\n"...)
	if err := l.Folder.WriteFile(KnownHostsFile, data, 0o600); err != nil {
		return fmt.Errorf("write known hosts: %w", err)
	}
	return nil
}
