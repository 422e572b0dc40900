// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestLabNICsToNative turns NICs into QEMU's arguments, those too whose network
// this machine need not have (make e2e).
func TestLabNICsToNative(t *testing.T) {
	l := newLab(t)
	s := l.guest(t)
	for _, n := range nicGuest().NICs[1:] {
		if n.Passt && l.version < 9_001_000 {
			t.Log("NOT RUN: this libvirt has no passt")
			continue
		}
		n.VLAN, n.OpenVSwitch = 0, false // that of a port of the host is not QEMU's
		s.NICs = append(s.NICs, n)
	}
	doc, err := XML(s)
	assert.NilError(t, err)
	argv, err := l.conn.DomainXMLToNative("qemu-argv", doc, 0)
	assert.NilError(t, err)
	// libvirt makes plain taps of all for this, without queues, MTU and addresses.
	for _, n := range s.NICs[1:] {
		assert.Check(t, strings.Contains(argv, n.MAC), n.MAC)
	}
	for _, want := range []string{`"driver":"e1000e"`, `"driver":"virtio-net-pci"`, `"driver":"rtl8139"`, `"driver":"e1000"`} {
		assert.Check(t, strings.Contains(argv, want), want)
	}
}
