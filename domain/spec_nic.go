// SPDX-License-Identifier: Apache-2.0

package domain

// NIC is a network interface with a pinned PCI address, so that no other
// device renames it in the guest.
type NIC struct {
	MAC string
	// One of these says where it leads: a libvirt network, a bridge of the host,
	// an interface of the host that a macvtap is made on, or User, the network
	// that QEMU or passt makes of the host's own connections.
	Network, Bridge, Direct string
	User                    bool

	// OpenVSwitch says that Bridge is one of Open vSwitch.
	OpenVSwitch bool
	// DirectMode is the macvtap's: bridge, vepa, private or passthrough; empty for bridge.
	DirectMode string
	// Passt carries a user network; without it QEMU's slirp does.
	Passt bool
	// Forwards lead ports of the host into a user network by passt.
	Forwards []Forward

	// Model of the device; empty for virtio.
	Model string
	// Queues are pairs of them (virtio); 0 and 1 are one.
	Queues int
	// MTU that the guest is told (virtio); 0 for the network's.
	MTU int
	// LinkDown takes the cable out.
	LinkDown bool
	// VLAN tag of the port; 0 for none.
	VLAN int
	// BootOrder is its place among the devices that the firmware boots from; 0 for none.
	BootOrder int
}

// Forward leads a port of the host to one of the guest.
type Forward struct {
	Host, Guest int
	// Protocol is tcp or udp; empty for tcp.
	Protocol string
	// Address of the host that is listened on; empty for 127.0.0.1.
	Address string
}
