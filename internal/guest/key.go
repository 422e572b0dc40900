// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/state"
)

// KeyPair is the project's own ssh key, made (ed25519, 0600) on first use.
type KeyPair struct {
	// PrivatePath is the file that ssh is given.
	PrivatePath string
	// Authorized is the public key as a line of authorized_keys, without a line end.
	Authorized string
	Signer     ssh.Signer
}

// The files of the key pair in the state folder.
const (
	privateFile = "id_ed25519"
	publicFile  = "id_ed25519.pub"
)

// EnsureKeyPair reads the key pair of the state folder, and makes it where it
// is missing: of several processes that do so at once, one makes it and all
// get the same. With identityFile that file is read instead; one with a
// passphrase works through a running ssh-agent that holds its key, and is an
// error that says so otherwise.
func EnsureKeyPair(f *state.Folder, identityFile string) (KeyPair, error) {
	if identityFile != "" {
		return readIdentity(identityFile)
	}
	pair, err := readPair(f)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makePrivate(f); err != nil {
			return KeyPair{}, fmt.Errorf("make ssh key pair: %w", err)
		}
		pair, err = readPair(f)
	}
	if err != nil {
		return KeyPair{}, err
	}
	return pair, ensurePublic(f, pair)
}

// readPair trusts the private key alone: the public one follows from it.
func readPair(f *state.Folder) (KeyPair, error) {
	data, err := f.ReadFile(privateFile)
	if err != nil {
		return KeyPair{}, err
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err != nil {
		return KeyPair{}, fmt.Errorf("read ssh key %s: %w; delete it and run `vmprov up`, which makes a new one", f.Path(privateFile), err)
	}
	return newPair(f.Path(privateFile), signer, comment(f)), nil
}

func newPair(path string, signer ssh.Signer, comment string) KeyPair {
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
	if comment != "" {
		line += " " + comment
	}
	return KeyPair{PrivatePath: path, Authorized: line, Signer: signer}
}

// comment tells in a guest's authorized_keys where a key is from. It names
// the project and neither the user nor the host.
func comment(f *state.Folder) string {
	return "vmprov-" + filepath.Base(f.Path(""))
}

// makePrivate makes the private key, unless another process was first.
func makePrivate(f *state.Folder) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(private, comment(f))
	if err != nil {
		return err
	}
	err = f.WriteNew(privateFile, pem.EncodeToMemory(block), 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// ensurePublic keeps the public key beside the private one, for other programs.
func ensurePublic(f *state.Folder, pair KeyPair) error {
	line := pair.Authorized + "\n"
	if data, err := f.ReadFile(publicFile); err == nil && string(data) == line {
		return nil
	}
	return f.WriteFile(publicFile, []byte(line), 0o644)
}
