// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// readIdentity is the user's own key in place of the project's.
func readIdentity(path string) (KeyPair, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return KeyPair{}, fmt.Errorf("read ssh.identityFile: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		signer, err = agentSigner(path, locked.PublicKey)
	}
	if err != nil {
		return KeyPair{}, fmt.Errorf("read ssh.identityFile %s: %w", path, err)
	}
	return newPair(path, signer, ""), nil
}

// agentSigner lets a running ssh-agent sign for a key with a passphrase. The
// connection lives as long as the process.
func agentSigner(path string, public ssh.PublicKey) (ssh.Signer, error) {
	refused := fmt.Errorf("it has a passphrase and no ssh-agent holds it; run `ssh-add %s` first, or name a key without a passphrase", path)
	if public == nil {
		public = publicBeside(path)
	}
	socket := os.Getenv("SSH_AUTH_SOCK")
	if public == nil || socket == "" {
		return nil, refused
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, refused
	}
	signers, err := agent.NewClient(conn).Signers()
	if err == nil {
		for _, s := range signers {
			if bytes.Equal(s.PublicKey().Marshal(), public.Marshal()) {
				return s, nil
			}
		}
	}
	conn.Close()
	return nil, refused
}

// publicBeside is the key in PATH.pub: old formats of private keys do not
// tell their public one without the passphrase.
func publicBeside(path string) ssh.PublicKey {
	data, err := os.ReadFile(path + ".pub")
	if err != nil {
		return nil
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(data)
	if err != nil {
		return nil
	}
	return key
}
