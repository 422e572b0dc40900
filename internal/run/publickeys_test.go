// SPDX-License-Identifier: Apache-2.0

package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOHODc24g7v30I5TFqomvCCWJZYm2SrnCcpbFc4EQmj"

// TestPublicKeys: a file that is no public key, such as the private one beside
// it, goes nowhere, not into the error either.
func TestPublicKeys(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
		err        string
	}{
		{"several", "# mine\n" + publicKey + " a@b\n\n" + publicKey + "\n", []string{publicKey + " a@b", publicKey}, ""},
		{"nothing", "", nil, ""},
		{"private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n", nil, "read public key: line 1 of FILE is none (is it the .pub file?)"},
		{"another's file", publicKey + "\nroot:$y$secret:1:0:99999:7:::\n", nil, "read public key: line 2 of FILE is none (is it the .pub file?)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key")
			assert.NilError(t, os.WriteFile(file, []byte(tc.text), 0o600))
			got, err := publicKeys(file)
			assert.DeepEqual(t, got, tc.want)
			if tc.err == "" {
				assert.NilError(t, err)
				return
			}
			assert.Error(t, err, strings.ReplaceAll(tc.err, "FILE", file))
		})
	}
	got, err := publicKeys(publicKey)
	assert.NilError(t, err)
	assert.DeepEqual(t, got, []string{publicKey})
}
