// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/state"
)

// Login is how to reach one guest by ssh.
type Login struct {
	Guest   string
	Address string // IP without port
	Port    int    // 0 for ssh's own
	User    string
	Key     KeyPair
	// HostKeyAlias names the host key in known_hosts: a guest and its root
	// overlay's generation, so that a recycled guest is a new host.
	HostKeyAlias string
	// Folder holds the file known_hosts.
	Folder *state.Folder
}

// HostPort is the address to connect to.
func (l Login) HostPort() string {
	port := l.Port
	if port == 0 {
		port = 22
	}
	return net.JoinHostPort(l.Address, strconv.Itoa(port))
}

// handshakeLimit bounds a server that accepts and then says nothing. It is
// long: an emulated guest among many that boot at once takes its time, and a
// new attempt would only add to its load.
const handshakeLimit = 30 * time.Second

// hostKeyAlgorithms are in OpenSSH's order, so that the key that is remembered
// is the one that ssh asks for too. (Dropbear without an RSA key offers RSA all
// the same and ends the connection when a client takes it.)
var hostKeyAlgorithms = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
}

// algorithmsFor asks for a key that is known first, as OpenSSH does.
func algorithmsFor(known []ssh.PublicKey) []string {
	isKnown := func(algorithm string) bool {
		return slices.ContainsFunc(known, func(k ssh.PublicKey) bool {
			return k.Type() == algorithm || k.Type() == ssh.KeyAlgoRSA && strings.HasPrefix(algorithm, "rsa-")
		})
	}
	out := slices.Clone(hostKeyAlgorithms)
	slices.SortStableFunc(out, func(a, b string) int {
		switch {
		case isKnown(a) == isKnown(b):
			return 0
		case isKnown(a):
			return -1
		default:
			return 1
		}
	})
	return out
}

// Handshake logs in over a connection, which it closes when it fails. Unknown
// host keys are accepted once and written to known_hosts; a changed one is
// refused. It gives up with ctx. Of its errors, [*HostKeyError] and what
// [IsRefused] knows do not pass by themselves.
func Handshake(ctx context.Context, conn net.Conn, l Login) (*ssh.Client, error) {
	known, err := l.knownKeys()
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(handshakeLimit))
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c, channels, requests, err := ssh.NewClientConn(conn, l.HostKeyAlias, &ssh.ClientConfig{
		User: l.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(l.Key.Signer)},
		HostKeyCallback: l.checkHostKey, HostKeyAlgorithms: algorithmsFor(known),
	})
	if err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("log in to %s: %w", l.HostPort(), err)
	}
	_ = conn.SetDeadline(time.Time{})
	return ssh.NewClient(c, channels, requests), nil
}

// IsRefused recognises a login whose key the server did not take. (The ssh
// package has no value for it.)
func IsRefused(err error) bool {
	return err != nil && strings.Contains(err.Error(), "unable to authenticate")
}

// HostKeyError says that a guest shows another host key than it did before.
type HostKeyError struct{ Guest, KnownHosts, Alias string }

func (e *HostKeyError) Error() string {
	return fmt.Sprintf("guest `%s` shows another host key than before (entry %s in %s)", e.Guest, e.Alias, e.KnownHosts)
}

// checkHostKey accepts a key once (accept-new) and refuses a changed one; a
// key of another type is a changed one too, for known types are asked for first.
func (l Login) checkHostKey(_ string, _ net.Addr, key ssh.PublicKey) error {
	knownHosts.Lock()
	defer knownHosts.Unlock()
	known, err := l.knownKeys()
	if err != nil {
		return err
	}
	same := func(k ssh.PublicKey) bool { return bytes.Equal(k.Marshal(), key.Marshal()) }
	switch {
	case len(known) == 0:
		return l.remember(key)
	case slices.ContainsFunc(known, same):
		return nil
	default:
		return &HostKeyError{Guest: l.Guest, KnownHosts: l.Folder.Path(KnownHostsFile), Alias: l.HostKeyAlias}
	}
}
