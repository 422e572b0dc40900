// SPDX-License-Identifier: Apache-2.0

package domain

// Platform is firmware and the devices of the board: TPM, watchdog, consoles ...
type Platform struct {
	// RootPorts are PCI Express root ports that stay free for devices that are
	// attached to the running guest.
	RootPorts int
}

// HostDevice is a PCI device of the host that the guest has for itself.
type HostDevice struct{}
