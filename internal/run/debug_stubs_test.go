// SPDX-License-Identifier: Apache-2.0

package run

import (
	"net"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"vmprov/internal/config"
	"vmprov/internal/plan"
	"vmprov/internal/virt"
)

// TestDebugStubs: a port that somebody has stops the guest that wants it, but
// not one that runs, which has it itself.
func TestDebugStubs(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	assert.NilError(t, err)
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port
	guests := []config.Guest{
		{Name: "clash", GDB: &config.GDB{Port: port}},
		{Name: "running", GDB: &config.GDB{Port: port}},
		{Name: "socket", GDB: &config.GDB{Socket: filepath.Join(t.TempDir(), "{guest}.gdb")}},
		{Name: "lost", GDB: &config.GDB{Socket: "/does/not/exist/{guest}.gdb"}},
		{Name: "none"},
	}
	look := func(local bool) map[string]error {
		o := plan.Observed{Unfit: map[string]error{}, Guests: map[string]plan.ObservedGuest{"running": {Active: true}}}
		p := &project{host: virt.Host{Local: local}}
		p.debugStubs(o, guests)
		return o.Unfit
	}
	unfit := look(true)
	assert.Check(t, cmp.Len(unfit, 2))
	assert.Check(t, cmp.ErrorContains(unfit["clash"], "of 127.0.0.1 cannot be had: bind: address already in use"))
	assert.Check(t, cmp.ErrorContains(unfit["lost"], "gdb: folder /does/not/exist of the socket does not exist"))
	assert.Check(t, cmp.Len(look(false), 0))
}
