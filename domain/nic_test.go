// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

const testMAC = "52:54:00:00:00:02"

// nicGuest has a NIC of every kind.
func nicGuest() Spec {
	return newSpec(
		withNIC(NIC{MAC: "52:54:00:00:00:02", Network: "lab", Model: "e1000e", LinkDown: true, BootOrder: 2}),
		withNIC(NIC{MAC: "52:54:00:00:00:03", Bridge: "br0", Queues: 4, MTU: 9000, VLAN: 42, OpenVSwitch: true}),
		withNIC(NIC{MAC: "52:54:00:00:00:04", Direct: "eth0", Model: "rtl8139"}),
		withNIC(NIC{MAC: "52:54:00:00:00:05", Direct: "eth1", DirectMode: "passthrough", Queues: 2, VLAN: 7}),
		withNIC(NIC{MAC: "52:54:00:00:00:06", User: true, Model: "e1000"}),
		withNIC(NIC{MAC: "52:54:00:00:00:07", User: true, Passt: true, Forwards: []Forward{
			{Host: 2022, Guest: 22}, {Host: 5353, Guest: 53, Protocol: "udp", Address: "192.0.2.1"},
		}}),
	)
}

// TestNICXML renders each of them alone, as it is attached and changed live.
func TestNICXML(t *testing.T) {
	var all []string
	for _, n := range append(nicGuest().NICs, NIC{MAC: testMAC, Network: "lab", Model: "igb"}) {
		text, err := NICXML(n)
		assert.NilError(t, err)
		assert.Check(t, !strings.Contains(text, "<address"), "its place is the guest's business")
		all = append(all, text)
	}
	golden.Assert(t, strings.Join(all, "\n")+"\n", "nic-alone.golden")
}

func TestNICRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		nic  NIC
		want string
	}{
		{"no source", NIC{}, "one of network, bridge, direct and user must be set"},
		{"two sources", NIC{User: true, Direct: "eth0"}, "one of network, bridge, direct and user must be set"},
		{"model", NIC{Network: "lab", Model: "ne2k_pci"}, `model "ne2k_pci" is not one of [virtio e1000e e1000 rtl8139 igb]`},
		{"queues of another model", NIC{Network: "lab", Model: "e1000e", Queues: 2}, "queues: only a virtio NIC that is not on a user network has several"},
		{"queues of a user network", NIC{User: true, Queues: 2}, "queues: only a virtio NIC that is not on a user network has several"},
		{"mtu of another model", NIC{Bridge: "br0", Model: "e1000", MTU: 1400}, "mtu: only a virtio NIC on a network or a bridge is told one"},
		{"mtu of a user network", NIC{User: true, MTU: 1400}, "mtu: only a virtio NIC on a network or a bridge is told one"},
		{"mtu of a macvtap", NIC{Direct: "eth0", MTU: 1400}, "mtu: only a virtio NIC on a network or a bridge is told one"},
		{"vlan of a user network", NIC{User: true, VLAN: 1}, "vlan: a user network has none"},
		{"open vswitch network", NIC{Network: "lab", OpenVSwitch: true}, "open vswitch: only a bridge is one"},
		{"passt on a network", NIC{Network: "lab", Passt: true}, "passt: only a user network has it"},
		{"forwards by slirp", NIC{User: true, Forwards: []Forward{{Host: 1, Guest: 1}}}, "forwards: only a user network by passt has them"},
		{"line end", NIC{Direct: "eth0\n"}, `direct: control character U+000A in "eth0\n"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.nic.MAC = testMAC
			_, err := XML(newSpec(withNIC(tc.nic)))
			assert.Error(t, err, `render domain "lab-xfs": nic 2: `+tc.want)
			_, err = NICXML(tc.nic)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	_, err := NICXML(NIC{MAC: "x", User: true})
	assert.Error(t, err, `render nic: mac "x" is no unicast Ethernet address`)
}
