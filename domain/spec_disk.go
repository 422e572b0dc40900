// SPDX-License-Identifier: Apache-2.0

package domain

// Disk is a data disk on a file. Bus is virtio or nvme; the other words are libvirt's.
type Disk struct {
	// Name is unique in the guest; it makes the device's alias.
	Name   string
	Path   string
	Format string
	Bus    string
	Serial string
	// Controller groups nvme disks as the namespaces of one controller, in
	// their order; empty means one of its own, whose serial is the disk's.
	// The serial of a named controller is its name.
	Controller                          string
	LogicalBlockSize, PhysicalBlockSize int
	Cache, IO, Discard                  string
	IOThread                            bool
	ReadOnly                            bool
}
