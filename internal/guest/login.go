// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strconv"
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

// handshakeLimit bounds a server that accepts and then says nothing.
const handshakeLimit = 10 * time.Second

// Dial logs in. Unknown host keys are accepted once and written to
// known_hosts; a changed one is refused. It gives up with ctx.
func Dial(ctx context.Context, l Login) (*ssh.Client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.HostPort())
	if err != nil {
		return nil, err
	}
	return Handshake(ctx, conn, l)
}

// hostKeyAlgorithms are in OpenSSH's order, so that the key that is remembered
// is the one that ssh asks for too. (Dropbear without an RSA key offers RSA all
// the same and ends the connection when a client takes it.)
var hostKeyAlgorithms = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
}

// Handshake logs in over a connection, which it closes when it fails.
func Handshake(ctx context.Context, conn net.Conn, l Login) (*ssh.Client, error) {
	_ = conn.SetDeadline(time.Now().Add(handshakeLimit))
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c, channels, requests, err := ssh.NewClientConn(conn, l.HostKeyAlias, &ssh.ClientConfig{
		User: l.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(l.Key.Signer)},
		HostKeyCallback: l.checkHostKey, HostKeyAlgorithms: hostKeyAlgorithms,
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

// HostKeyError says that a guest shows another host key than it did before.
type HostKeyError struct{ Guest, KnownHosts, Alias string }

func (e *HostKeyError) Error() string {
	return fmt.Sprintf("guest `%s` shows another host key than before (entry %s in %s)", e.Guest, e.Alias, e.KnownHosts)
}

// checkHostKey accepts a key once (accept-new) and refuses a changed one.
func (l Login) checkHostKey(_ string, _ net.Addr, key ssh.PublicKey) error {
	known, err := l.knownKeys()
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.Type() != key.Type() {
			continue
		}
		if bytes.Equal(k.Marshal(), key.Marshal()) {
			return nil
		}
		return &HostKeyError{Guest: l.Guest, KnownHosts: l.Folder.Path(KnownHostsFile), Alias: l.HostKeyAlias}
	}
	return l.remember(key)
}
