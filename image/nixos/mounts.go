// SPDX-License-Identifier: Apache-2.0

package nixos

// Mounts are what the host's side declares for one guest.
type Mounts struct {
	Shares []Share
	// Disks in the order of the configuration, which gives virtio-blk disks
	// their letters.
	Disks []Disk
}

// Share is a folder of the host.
type Share struct {
	Tag string
	// Target is its mount point; empty when the host leaves that to the guest.
	Target   string
	ReadOnly bool
	// Boot: the guest boots from it, so its system mounts it by itself.
	Boot bool
	// Missing: there is no folder for it, as for modules of a kernel that has all
	// built in.
	Missing bool
}

// Disk is a data disk of a guest.
type Disk struct {
	Name string
	// Links are its stable paths in the guest, the preferred one first.
	Links []string
	// Controller is the serial of its NVMe controller; empty for virtio-blk.
	Controller string
	// Namespace on that controller, counted from 1.
	Namespace int
	// Target is its mount point and Type its file system; both are empty when
	// the host leaves them to the guest.
	Target, Type string
	MkfsArgs     []string
	ReadOnly     bool
}

// Mount is what the guest's own system declares for one mount point.
type Mount struct {
	Target string
	// Device is a path, a tag for virtiofs, or whatever else fstab(5) takes.
	Device, Type string
	Options      []string
	// MkfsArgs are of nixos-flake.storage.
	MkfsArgs []string
}
