// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// TestUserNetwork: passt alone leads to a guest, by a port of the host.
func TestUserNetwork(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	// passt gives the guest the address of the interface that has the default route.
	bridge(t, "e2e-uplink")
	for _, args := range [][]string{{"address", "add", "192.0.2.2/24", "dev", "e2e-uplink"}, {"route", "add", "default", "via", "192.0.2.1"}} {
		icmd.RunCommand("ip", args...).Assert(t, icmd.Success)
	}
	p.configure(t, `networks:
  out: {mode: user, backend: passt}
guests:
  u:
    networks: [{network: out, forwards: [{host: 2022, guest: 22}]}]
`)
	result := p.vmprov(t, "up")
	if result.ExitCode != 0 {
		// The libvirt of Debian 12: vmprov knows beforehand what it would say.
		assert.Assert(t, cmp.Contains(result.Combined(), "passt needs libvirt 9.1 or later"))
		t.Skip("NOT RUN: this libvirt has no passt (make test-sid)")
	}
	assert.Check(t, cmp.Contains(p.ssh(t, "u", "ip -4 -o addr"), "192.0.2.2/24"))
	assert.Check(t, cmp.Contains(p.must(t, "status"), "127.0.0.1:2022"))
	assert.Check(t, cmp.Contains(p.must(t, "ssh-config", "u"), "Port 2022"))
	assert.Check(t, cmp.Equal(p.must(t, "up"), p.Name+": no changes, 1 guest\n"))
}
