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
	drivers := []string{"e1000e", "virtio-net-pci", "rtl8139", "e1000"}
	qemu, err := l.conn.GetVersion()
	assert.NilError(t, err)
	if qemu >= 8_000_000 {
		s.NICs, drivers = append(s.NICs, NIC{MAC: "52:54:00:00:00:08", Network: l.network, Model: "igb"}), append(drivers, "igb")
	} else {
		t.Log("NOT RUN: this QEMU has no igb")
	}
	doc, err := XML(s)
	assert.NilError(t, err)
	argv, err := l.conn.DomainXMLToNative("qemu-argv", doc, 0)
	assert.NilError(t, err)
	// libvirt makes plain taps of all for this, without queues, MTU and addresses.
	for _, n := range s.NICs[1:] {
		assert.Check(t, strings.Contains(argv, n.MAC), n.MAC)
	}
	for _, driver := range drivers {
		assert.Check(t, strings.Contains(argv, `"driver":"`+driver+`"`), driver)
	}
}
