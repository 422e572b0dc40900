// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/image/nixos"
)

// Differences are a result, on stdout, and a failure.
func TestValidateGuestFails(t *testing.T) {
	configurations(t)
	r := recorder{differences: []nixos.Difference{{Mount: "/mnt/a", Text: "one"}, {Mount: "/mnt/\x1b[2J", Text: "two\nlines"}}}
	got := runLine(t.Context(), r, "validate", "--guest", "a.yaml")
	assert.Equal(t, got.code, ExitFailed)
	assert.Equal(t, got.err, "vmprov: error: compare guests: 2 differences between the configuration and their systems\n")
	assert.Equal(t, got.out, `xfs-1: /mnt/a: one
xfs-1: /mnt/: two lines
kdev: not compared: a ready file
a.yaml: valid, 0 of 2 guests agree with their systems
`)
	// With --json it is one document, and the status still says so.
	got = runLine(t.Context(), r, "validate", "--guest", "--json")
	assert.Equal(t, got.code, ExitFailed)

	got = runLine(t.Context(), recorder{}, "validate", "--guest", "a.yaml")
	assert.Equal(t, got.code, ExitDone)
	assert.Equal(t, got.out, "kdev: not compared: a ready file\na.yaml: valid, 1 of 2 guests agree with their systems\n")
}

func TestInitSaysHowToGoOn(t *testing.T) {
	t.Chdir(t.TempDir())
	got := runLine(t.Context(), recorder{}, "init")
	assert.Equal(t, got.out, ".: wrote flake.nix, vmprov.yaml\nlibrary: path:/lib\nnext: vmprov up\n")
	got = runLine(t.Context(), recorder{}, "init", "my-vm")
	assert.Equal(t, got.out, "my-vm: wrote flake.nix, vmprov.yaml\nlibrary: path:/lib\nnext: vmprov up my-vm/\n")
	got = runLine(t.Context(), recorder{}, "init", "it's mine/")
	assert.Equal(t, got.out, "it's mine/: wrote flake.nix, vmprov.yaml\nlibrary: path:/lib\nnext: vmprov up 'it'\\''s mine/'\n")
}
