// SPDX-License-Identifier: Apache-2.0

package domain

// OwnIOThread is an I/O thread for one disk alone.
const OwnIOThread = -1

// Disk is a data disk. The words are libvirt's; an empty one leaves the choice
// to libvirt or QEMU, and 0 to the device.
type Disk struct {
	// Name is unique in the guest; it makes the device's alias.
	Name string
	// Path is a file, or a block device where Block says so.
	Path  string
	Block bool
	// Foreign says that Path is somebody's who keeps it beyond the guest.
	Foreign bool
	// Base is the image that Path is a qcow2 overlay on, left as it is; empty for none.
	Base, BaseFormat string
	Format           string
	// Bus is virtio, nvme, scsi, sata or ide.
	Bus    string
	Serial string
	// WWN is a World Wide Name of 16 hexadecimal digits (scsi, sata, ide).
	WWN string
	// Controller groups nvme disks as the namespaces of one controller, in
	// their order; empty means one of its own, whose serial is the disk's.
	// The serial of a named controller is what NVMe says, or its name.
	Controller string
	// Subsystem, in place of Controller, has the namespace on all its controllers.
	Subsystem string
	// NSID is the namespace id; 0 for the disk's place on its controller or subsystem.
	NSID      int
	Namespace Namespace
	// BootOrder is its place among the devices that the firmware boots from; 0 for none.
	BootOrder int
	// ReadOnly: the guest cannot write. Shareable: other guests have it too.
	ReadOnly, Shareable bool

	// What the device says of itself, in bytes.
	LogicalBlockSize, PhysicalBlockSize      int
	MinIOSize, OptIOSize, DiscardGranularity uint64
	// RotationRate is 1 for a solid-state disk, else rotations a minute (scsi, sata, ide).
	RotationRate int
	// WriteCache says whether the device has a volatile write cache; nil where
	// Cache decides.
	WriteCache *bool

	Cache, IO, Discard, DetectZeroes, ErrorPolicy string
	// IOThread is one of the pool, from 1, or OwnIOThread; 0 is QEMU's main loop (virtio).
	IOThread int
	// Queues is their number, QueueSize the length of each (virtio).
	Queues, QueueSize int
	Packed            *bool
	// Throttle limits the disk's I/O; nil for no limit.
	Throttle *Throttle
}

// Throttle are limits of I/O (<iotune>); 0 is none.
type Throttle struct {
	TotalBytesSec, ReadBytesSec, WriteBytesSec          uint64
	TotalIopsSec, ReadIopsSec, WriteIopsSec             uint64
	TotalBytesSecMax, ReadBytesSecMax, WriteBytesSecMax uint64
	TotalIopsSecMax, ReadIopsSecMax, WriteIopsSecMax    uint64
	// SizeIopsSec: a request larger than this many bytes counts as several.
	SizeIopsSec uint64
}
