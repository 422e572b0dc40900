// SPDX-License-Identifier: Apache-2.0

package domain

// NIC is a virtio network interface with a pinned PCI address, so that no
// other device renames it in the guest.
type NIC struct {
	MAC string
	// Network is a libvirt network, Bridge a host bridge; one of them is set.
	Network, Bridge string
}
