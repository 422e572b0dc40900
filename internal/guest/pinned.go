// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// HostKeyCredential is the systemd credential by which a guest takes in the
// private key of its ssh server (ed25519, OpenSSH's format).
const HostKeyCredential = "ssh.host_key.ed25519"

// HostKey is the key of a guest's ssh server, made by the host.
type HostKey struct {
	// Private is the key in OpenSSH's format; only the guest may have it.
	Private []byte
	// Public is a line of authorized_keys.
	Public string
}

// NewHostKey makes an ed25519 key for a guest.
func NewHostKey(guest string) (HostKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return HostKey{}, fmt.Errorf("make host key of guest `%s`: %w", guest, err)
	}
	block, err := ssh.MarshalPrivateKey(private, guest)
	if err != nil {
		return HostKey{}, fmt.Errorf("make host key of guest `%s`: %w", guest, err)
	}
	public, err := ssh.NewPublicKey(private.Public())
	if err != nil {
		return HostKey{}, fmt.Errorf("make host key of guest `%s`: %w", guest, err)
	}
	return HostKey{Private: pem.EncodeToMemory(block), Public: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))}, nil
}

// pinned is the key that the guest was given; nil for none.
func (l Login) pinned() (ssh.PublicKey, error) {
	if l.HostKey == "" {
		return nil, nil
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(l.HostKey))
	if err != nil {
		return nil, fmt.Errorf("read the host key that guest `%s` was given: %w", l.Guest, err)
	}
	return key, nil
}

// Pin writes the key that the guest was given to known_hosts, so that the first
// contact of any ssh is bound to it. Without one it does nothing.
func Pin(ctx context.Context, l Login) error {
	key, err := l.pinned()
	if key == nil || err != nil {
		return err
	}
	return acceptHostKey(ctx, l, key)
}
