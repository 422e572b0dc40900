// SPDX-License-Identifier: Apache-2.0

package domain

// NVMe is what NVMe controllers and subsystems have beyond their namespaces,
// which are disks. A controller that a disk names and that is not here has its
// name for a serial and QEMU's defaults.
type NVMe struct {
	Controllers []NVMeController
	Subsystems  []NVMeSubsystem
}

// NVMeController is one controller (QEMU's nvme device); a nil or zero value is
// QEMU's default.
type NVMeController struct {
	Name string
	// Serial is the guest's; all controllers of a subsystem have the same.
	Serial string
	// Subsystem is the name of the one that the controller is a path to.
	Subsystem string
	// MDTS and ZASL are powers of two of pages (mdts, zoned.zasl).
	MDTS, ZASL *int
	// IOQueues are pairs of queues (max_ioqpairs).
	IOQueues int
	// CMB is the size of the controller memory buffer in bytes, whole MiB (cmb_size_mb).
	CMB uint64
	// Atomic are the atomic write limits (atomic.*, QEMU 9.2 and later).
	Atomic *AtomicController
}

// AtomicController are a controller's atomic write limits, in blocks less one.
type AtomicController struct {
	DN          bool
	AWUN, AWUPF int
}

// NVMeSubsystem is what several controllers are paths to (nvme-subsys).
type NVMeSubsystem struct {
	Name string
	// NQN is the qualified name less what QEMU puts in front.
	NQN string
	// FDP is flexible data placement (QEMU 8.0 and later).
	FDP *FDP
}

// FDP is a subsystem's flexible data placement (fdp.*).
type FDP struct {
	// ReclaimUnitSize is in bytes; 0 is QEMU's default, as with the groups.
	ReclaimUnitSize                   uint64
	ReclaimGroups, ReclaimUnitHandles int
}

// Namespace is what an nvme disk is beyond a disk (nvme-ns).
type Namespace struct {
	Zoned      *Zoned
	Protection *Protection
	Atomic     *AtomicNamespace
	// ReclaimUnitHandles are those of its subsystem that it has, by number (fdp.ruhs).
	ReclaimUnitHandles []int
}

// Zoned makes a namespace zoned (zoned.*); sizes are in bytes, 0 is QEMU's default.
type Zoned struct {
	ZoneSize, ZoneCapacity uint64
	MaxOpen, MaxActive     int
	CrossRead              bool
	DescriptorExtension    uint64
	// RandomWrite is the zone random write area (QEMU 7.0 and later).
	RandomWrite *ZoneRandomWrite
}

// ZoneRandomWrite is the zone random write area: bytes, and how many zones have it.
type ZoneRandomWrite struct {
	Size, Granularity uint64
	Resources         int
}

// Protection is metadata and protection information (ms, mset, pi, pil, pif).
type Protection struct {
	MetadataSize int
	Extended     bool
	// Type of the protection information, 1 to 3; 0 for none.
	Type  int
	First bool
	// Guard64: a guard of 64 bits, in place of 16 (QEMU 7.0 and later).
	Guard64 bool
}

// AtomicNamespace are a namespace's atomic write limits, in blocks less one
// (atomic.*, QEMU 10.1 and later).
type AtomicNamespace struct {
	NAWUN, NAWUPF, NABSN, NABSPF, NABO int
	// Switch: this QEMU wants to be told that they hold (atomic.nsfeat, 10.1);
	// later ones take it from the limits and refuse the word.
	Switch bool
}
