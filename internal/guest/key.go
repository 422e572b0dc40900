// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/state"
)

// Names of the key pair in the state folder.
const (
	privateKeyFile = "id_ed25519"
	publicKeyFile  = "id_ed25519.pub"
)

// KeyPair is the project's own ssh key, made (ed25519, 0600) on first use.
type KeyPair struct {
	// PrivatePath is the file that ssh is given.
	PrivatePath string
	// Authorized is the public key as a line of authorized_keys.
	Authorized string
	Signer     ssh.Signer
}

// EnsureKeyPair reads the key pair of the state folder, and makes it where it
// is missing. With identityFile that file is read instead (a passphrase is an
// error that names ssh-agent as the way out).
func EnsureKeyPair(f *state.Folder, identityFile string) (KeyPair, error) {
	if identityFile != "" {
		return ownKey(identityFile)
	}
	data, err := f.ReadFile(privateKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = makeKey(f)
	}
	if err != nil {
		return KeyPair{}, fmt.Errorf("read the project's ssh key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err != nil {
		return KeyPair{}, fmt.Errorf("read the project's ssh key %s: %w (delete it and a new one is made)", f.Path(privateKeyFile), err)
	}
	pair := KeyPair{PrivatePath: f.Path(privateKeyFile), Authorized: authorized(signer) + " vmprov", Signer: signer}
	if public, err := f.ReadFile(publicKeyFile); err != nil || strings.TrimSpace(string(public)) != pair.Authorized {
		if err := f.WriteFile(publicKeyFile, []byte(pair.Authorized+"\n"), 0o600); err != nil {
			return KeyPair{}, fmt.Errorf("write the project's ssh key: %w", err)
		}
	}
	return pair, nil
}

// makeKey makes the private key. Where two commands do it at once, both go on
// with the one that was written first.
func makeKey(f *state.Folder) ([]byte, error) {
	data, err := newKey()
	if err != nil {
		return nil, err
	}
	err = f.WriteNew(privateKeyFile, data, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return f.ReadFile(privateKeyFile)
	}
	return data, err
}

func newKey() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make ssh key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, "vmprov")
	if err != nil {
		return nil, fmt.Errorf("make ssh key: %w", err)
	}
	return pem.EncodeToMemory(block), nil
}

// ownKey reads a key of the user's own.
func ownKey(path string) (KeyPair, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return KeyPair{}, fmt.Errorf("read ssh.identityFile: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		return KeyPair{}, fmt.Errorf("read ssh.identityFile %s: it has a passphrase, which nobody can type at night (leave `identityFile` out, and put its .pub into `ssh.authorizedKeys` to log in with ssh-agent)", path)
	}
	if err != nil {
		return KeyPair{}, fmt.Errorf("read ssh.identityFile %s: %w", path, err)
	}
	return KeyPair{PrivatePath: path, Authorized: authorized(signer), Signer: signer}, nil
}

func authorized(signer ssh.Signer) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
}
