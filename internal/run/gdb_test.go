// SPDX-License-Identifier: Apache-2.0

package run

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/event"
)

func TestGDBPrints(t *testing.T) {
	kernels, err := filepath.Glob("/boot/vmlinuz-*")
	assert.NilError(t, err)
	assert.Assert(t, len(kernels) > 0, "no kernel in /boot (make setup installs one)")
	image, err := os.ReadFile(kernels[0])
	assert.NilError(t, err)
	dir := folder(t, `project: p
images: {i: {file: /i}}
guests:
  own: {count: 2, kernel: ./linux, cmdline: nokaslr console=ttyS0, gdb: {port: 1234}}
  image: {gdb: {port: 1300}}
`, "")
	tree := filepath.Join(dir, "linux")
	assert.NilError(t, os.MkdirAll(filepath.Join(tree, "arch/x86/boot"), 0o755))
	assert.NilError(t, os.WriteFile(filepath.Join(tree, "arch/x86/boot/bzImage"), image, 0o644))
	assert.NilError(t, os.WriteFile(filepath.Join(tree, "vmlinux"), []byte("\x7fELF"), 0o644))

	for _, tc := range []struct{ guest, want, notes string }{
		{"own-2", "'gdb' '-iex' 'add-auto-load-safe-path " + tree + "' '" + tree + "/vmlinux' '-ex' 'target remote 127.0.0.1:1235'\n", ""},
		{"image", "'gdb' '-ex' 'target remote 127.0.0.1:1300'\n", "no vmlinux lies beside its kernel, so gdb has no symbols\n" +
			"its kernel command line has no `nokaslr`, so that symbols may not be where vmlinux has them"},
	} {
		var out bytes.Buffer
		var notes []string
		env := Env{Stdout: &out, Emit: func(e event.Event) {
			assert.Check(t, e.Kind == event.Warning, "gdb has the terminal, and nothing else is shown")
			notes = append(notes, e.Text)
		}}
		assert.NilError(t, GDB(t.Context(), env, GDBOptions{Config: dir, Guest: tc.guest, Print: true}))
		assert.Equal(t, out.String(), tc.want)
		assert.Equal(t, strings.Join(notes, "\n"), tc.notes)
	}
	env := Env{Emit: event.Discard}
	assert.ErrorContains(t, GDB(t.Context(), env, GDBOptions{Config: dir, Guest: "own", Print: true}), "`own` is 2 guests, name one")
	dir = folder(t, "project: p\nimages: {i: {file: /i}}\nguests: {g: {}}\n", "")
	assert.ErrorContains(t, GDB(t.Context(), env, GDBOptions{Config: dir, Guest: "g"}), "guest `g` has no gdb stub (give it `gdb: {port: 1234}`")
}
