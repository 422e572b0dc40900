// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// TestNoShareLocks asks daemons that say of themselves what the two kinds of
// virtiofsd say.
func TestNoShareLocks(t *testing.T) {
	daemon := filepath.Join(t.TempDir(), "virtiofsd")
	for _, tc := range []struct{ name, says, want string }{
		{"of QEMU", `{"type": "fs"}`, ""},
		{"of today", `{"type": "fs", "features": ["migrate-precopy", "separate-options"]}`, daemon + " does not pass locks on to the host (leave it out)"},
		{"of another kind", "what?", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			script := fmt.Sprintf("#!/bin/sh\n[ \"$*\" = --print-capabilities ] && echo '%s'\n", tc.says)
			assert.NilError(t, os.WriteFile(daemon, []byte(script), 0o755))
			assert.Equal(t, noShareLocks(t.Context(), daemon), tc.want)
		})
	}
	assert.Equal(t, noShareLocks(t.Context(), "/no/such/daemon"), "")
}
