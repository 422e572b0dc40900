// SPDX-License-Identifier: Apache-2.0

package domain

// Platform is firmware and the devices of the board: TPM, watchdog, consoles ...
// The words are libvirt's where nothing else is said; nil and empty mean that
// the guest has no such device.
type Platform struct {
	// RootPorts are PCI Express root ports that stay free for devices that are
	// attached to the running guest.
	RootPorts int
	Firmware  Firmware
	TPM       *TPM
	Watchdog  *Watchdog
	Vsock     *Vsock
	RNG       RNG
	// Panic is none, isa or pvpanic.
	Panic string
	// Serials counts serial ports (0 is taken as 1), VirtioConsoles those of virtio.
	Serials, VirtioConsoles int
	Graphics                Graphics
	// USB is none or a controller's model.
	USB   string
	IOMMU *IOMMU
	GDB   *GDB
}

// Firmware is bios or efi; empty for what the architecture has.
type Firmware struct {
	Type       string
	SecureBoot bool
	// Loader is a firmware file, Template that of its variables; empty for
	// those that libvirt finds.
	Loader, Template string
}

// TPM is emulated by swtpm; empty words for libvirt's and the architecture's choice.
type TPM struct{ Model, Version string }

// Watchdog acts when the guest stops feeding it; without an action it resets.
type Watchdog struct{ Model, Action string }

// Vsock has a fixed context id, or 0 for one that libvirt chooses.
type Vsock struct{ CID int }

// RNG is the source of virtio-rng: builtin or a device of the host, empty for
// /dev/urandom; at most so many bytes in each period of milliseconds.
type RNG struct {
	Source string
	Bytes  int
	Period int64
}

// Graphics is none, vnc or spice, on a socket unless on loopback.
type Graphics struct {
	Type     string
	Loopback bool
	// Video is virtio (the default), vga, bochs or qxl.
	Video string
}

// IOMMU is intel, virtio or smmuv3; the rest is for intel.
type IOMMU struct {
	Model                        string
	Intremap, CachingMode, IOTLB *bool
	AddressBits                  int
}

// GDB is QEMU's stub, on a port of 127.0.0.1 or a unix socket.
type GDB struct {
	Port   int
	Socket string
	// Wait holds the guest before its first instruction.
	Wait bool
}

// HostDevice is a PCI device of the host that the guest has for itself.
type HostDevice struct {
	// Name is unique in the guest; it makes the device's alias.
	Name string
	// PCI is the address on the host, such as 0000:03:00.0.
	PCI string
	// Unmanaged leaves taking it from its driver to others.
	Unmanaged bool
	ROMBar    *bool
	BootOrder int
}
