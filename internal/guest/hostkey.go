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
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"vmprov/internal/state"
)

// HostKeyError says that a guest shows another host key than the one that was
// accepted before.
type HostKeyError struct {
	Guest, Alias string
	// File is the known_hosts that holds the accepted key.
	File string
	// Got and Want are fingerprints.
	Got  string
	Want []string
	// Revoked is set when known_hosts marks the key as revoked.
	Revoked bool
	// Pinned is set when the key that was expected is the one that the guest was given.
	Pinned bool
}

func (e *HostKeyError) Error() string {
	if e.Revoked {
		return fmt.Sprintf("the host key of `%s` (%s) is marked as revoked in %s", e.Guest, e.Got, e.File)
	}
	if e.Pinned {
		return fmt.Sprintf("the host key of `%s` is %s and not the one that it was given, %s: another machine answers, or the guest does not take in the credential `%s` (then say `hostKey: accept`)",
			e.Guest, e.Got, strings.Join(e.Want, " or "), HostKeyCredential)
	}
	return fmt.Sprintf("the host key of `%s` changed: it is %s, accepted was %s; if that is expected, run `ssh-keygen -R %s -f %s`",
		e.Guest, e.Got, strings.Join(e.Want, " or "), e.Alias, e.File)
}

// hostKeys are the lines of known_hosts for one alias.
type hostKeys struct {
	known, revoked []ssh.PublicKey
	// written says that the key that the guest was given stands in known_hosts.
	written bool
}

// preferred are host key algorithms in the order that OpenSSH prefers, so that
// both accept the same key of a server at the first contact. Certificates are
// not among them.
var preferred = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
}

// algorithms puts those of the known keys first: a server with several keys
// would else show one that is not known, which looks like a changed one.
func (k hostKeys) algorithms() []string {
	var out []string
	for _, key := range k.known {
		for _, algorithm := range algorithmsOf(key) {
			if !slices.Contains(out, algorithm) {
				out = append(out, algorithm)
			}
		}
	}
	for _, algorithm := range preferred {
		if !slices.Contains(out, algorithm) {
			out = append(out, algorithm)
		}
	}
	return out
}

func algorithmsOf(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}

// check is nil for the known key; unknown says that known_hosts has none for
// the alias.
func (k hostKeys) check(l Login, key ssh.PublicKey) (unknown bool, err error) {
	if contains(k.revoked, key) {
		return false, &HostKeyError{Guest: l.Guest, Alias: l.HostKeyAlias, File: l.KnownHosts(), Got: ssh.FingerprintSHA256(key), Revoked: true}
	}
	if len(k.known) == 0 {
		return true, nil
	}
	if contains(k.known, key) {
		return l.HostKey != "" && !k.written, nil
	}
	e := &HostKeyError{Guest: l.Guest, Alias: l.HostKeyAlias, File: l.KnownHosts(), Got: ssh.FingerprintSHA256(key), Pinned: l.HostKey != ""}
	for _, want := range k.known {
		e.Want = append(e.Want, ssh.FingerprintSHA256(want))
	}
	return false, e
}

func contains(keys []ssh.PublicKey, key ssh.PublicKey) bool {
	return slices.ContainsFunc(keys, func(k ssh.PublicKey) bool { return bytes.Equal(k.Marshal(), key.Marshal()) })
}

// readHostKeys reads the alias's lines of known_hosts.
func readHostKeys(l Login) (hostKeys, error) {
	data, err := readKnownHosts(l)
	if err != nil {
		return hostKeys{}, err
	}
	return l.keys(data)
}

// keys are the alias's keys: those in known_hosts, and before all the one that
// the guest was given.
func (l Login) keys(data []byte) (hostKeys, error) {
	keys := parseHostKeys(data, l.HostKeyAlias)
	key, err := l.pinned()
	if err != nil {
		return hostKeys{}, err
	}
	if key != nil && !contains(keys.revoked, key) {
		keys.written = contains(keys.known, key)
		keys.known = []ssh.PublicKey{key}
	}
	return keys, nil
}

func readKnownHosts(l Login) ([]byte, error) {
	data, err := l.Folder.ReadFile(KnownHostsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// parseHostKeys takes the lines that name the alias outright: vmprov writes
// no other, and tells ssh not to hash them. A line that is none is passed
// over, as ssh does.
func parseHostKeys(data []byte, alias string) hostKeys {
	var out hostKeys
	for line := range bytes.Lines(data) {
		marker, hosts, key, _, _, err := ssh.ParseKnownHosts(line)
		if err != nil || !slices.Contains(hosts, alias) {
			continue
		}
		switch marker {
		case "":
			out.known = append(out.known, key)
		case "revoked":
			out.revoked = append(out.revoked, key)
		}
	}
	return out
}

// knownHostsMu keeps the goroutines of one process from queueing at the lock
// between processes.
var knownHostsMu sync.Mutex

// acceptHostKey checks a server's key, and adds it to known_hosts when the
// alias has none. Of several processes that meet a new guest at once, the
// first decides which key is the guest's.
func acceptHostKey(ctx context.Context, l Login, key ssh.PublicKey) error {
	keys, err := readHostKeys(l)
	if err != nil {
		return err
	}
	unknown, err := keys.check(l, key)
	if err != nil || !unknown {
		return err
	}
	knownHostsMu.Lock()
	defer knownHostsMu.Unlock()
	lock, err := lockFolder(ctx, l.Folder)
	if err != nil {
		return fmt.Errorf("write %s: %w", l.KnownHosts(), err)
	}
	defer lock.Release()
	return addHostKey(l, key)
}

// lockFolder guards known_hosts among processes. It is read and replaced in
// milliseconds, so the wait is short.
func lockFolder(ctx context.Context, f *state.Folder) (*state.Lock, error) {
	return state.Acquire(ctx, f.Path(""), "known_hosts", 20*time.Second)
}

// addHostKey runs with the locks held and reads anew what they guard.
func addHostKey(l Login, key ssh.PublicKey) error {
	data, err := readKnownHosts(l)
	if err != nil {
		return err
	}
	keys, err := l.keys(data)
	if err != nil {
		return err
	}
	unknown, err := keys.check(l, key)
	if err != nil || !unknown {
		return err
	}
	data = withoutFormer(data, l)
	if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
		data = append(data, '\n')
	}
	data = append(data, knownhosts.Line([]string{l.HostKeyAlias}, key)...)
	return l.Folder.WriteFile(KnownHostsFile, append(data, '\n'), 0o600)
}
