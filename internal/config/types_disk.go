// SPDX-License-Identifier: Apache-2.0

package config

// Bus is what a data disk is attached to.
type Bus string

// Buses.
const (
	BusVirtio Bus = "virtio"
	BusNVMe   Bus = "nvme"
	BusSCSI   Bus = "scsi"
	BusSATA   Bus = "sata"
	BusIDE    Bus = "ide"
)

// Disk is a data disk. It is kept over a recycle unless Persist says not. In a
// loaded File a counted disk is expanded, Bus, Format, Discard and Persist are
// always set, Serial but for namespaces of a controller or subsystem; a block
// size of 0 is the device's default. What it is made of is one of: a new volume
// of Size, an overlay on Image, or what is at Path, which is never deleted.
type Disk struct {
	Name               string      `yaml:"name" json:"name" jsonschema:"required" doc:"name in the guest's file and in the volume's; a DNS label"`
	Count              *int        `yaml:"count,omitempty" json:"count,omitempty" jsonschema:"minimum=1,maximum=256" effect:"none" doc:"how many alike: NAME-1 to NAME-N; {index} (from 0) and {number} (from 1) in serial, path, wwn, controller and target stand for the disk's; default: one disk NAME"`
	Bus                Bus         `yaml:"bus,omitempty" json:"bus,omitempty" jsonschema:"enum=virtio,enum=nvme,enum=scsi,enum=sata,enum=ide" effect:"next boot" element:"<target bus>" doc:"virtio, nvme, scsi (virtio-scsi), sata or ide (machine pc only); default: virtio"`
	Size               Size        `yaml:"size,omitempty" json:"size,omitempty" effect:"recreate" range:"whole logical blocks" element:"<capacity> of the volume" doc:"size of the disk; required without image and path"`
	Format             string      `yaml:"format,omitempty" json:"format,omitempty" jsonschema:"enum=qcow2,enum=raw" effect:"recreate" element:"<driver type>" doc:"qcow2 or raw; default: qcow2, raw with path"`
	Preallocation      string      `yaml:"preallocation,omitempty" json:"preallocation,omitempty" jsonschema:"enum=off,enum=metadata,enum=falloc" effect:"recreate" element:"<allocation> of the volume" doc:"what of a new volume is allocated at once; metadata: qcow2 only; default: off"`
	Image              string      `yaml:"image,omitempty" json:"image,omitempty" effect:"recreate" element:"<backingStore>" doc:"name of an image of this file that the disk is a qcow2 overlay on"`
	Path               string      `yaml:"path,omitempty" json:"path,omitempty" effect:"next boot" element:"<source file>, <source dev>" doc:"existing block device (below /dev) or file to attach as it is; never made, grown or deleted"`
	Serial             string      `yaml:"serial,omitempty" json:"serial,omitempty" effect:"next boot" range:"1 to 20 of A-Z a-z 0-9 _ . + -" element:"<serial>" doc:"serial seen by the guest, at most 20 characters (a namespace of a controller has the controller's); default: the name"`
	WWN                string      `yaml:"wwn,omitempty" json:"wwn,omitempty" effect:"next boot" range:"16 hexadecimal digits" element:"<wwn>" doc:"scsi, sata, ide: World Wide Name, 16 hexadecimal digits"`
	BootOrder          int         `yaml:"bootOrder,omitempty" json:"bootOrder,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<boot order>" doc:"place in the firmware's boot order; the root disk has 1 unless it is given to another"`
	ReadOnly           bool        `yaml:"readOnly,omitempty" json:"readOnly,omitempty" effect:"next boot" element:"<readonly>" doc:"the guest cannot write"`
	Shareable          bool        `yaml:"shareable,omitempty" json:"shareable,omitempty" effect:"next boot" element:"<shareable>" doc:"other guests may have the same path at the same time (raw only)"`
	LogicalBlockSize   int         `yaml:"logicalBlockSize,omitempty" json:"logicalBlockSize,omitempty" effect:"next boot" range:"power of two, 512 to 65536; sata, ide: 512" element:"<blockio logical_block_size>" doc:"logical sector size in bytes; default: 512"`
	PhysicalBlockSize  int         `yaml:"physicalBlockSize,omitempty" json:"physicalBlockSize,omitempty" effect:"next boot" range:"power of two, 512 to 65536; at least the logical one" element:"<blockio physical_block_size>" doc:"physical sector size in bytes; default: the logical one"`
	MinIOSize          Size        `yaml:"minIOSize,omitempty" json:"minIOSize,omitempty" effect:"next boot" range:"1 to 65535 logical blocks" element:"min_io_size" doc:"minimum I/O size that the device names (QEMU's min_io_size)"`
	OptIOSize          Size        `yaml:"optIOSize,omitempty" json:"optIOSize,omitempty" effect:"next boot" range:"whole logical blocks below 4GiB" element:"opt_io_size" doc:"optimal I/O size that the device names (QEMU's opt_io_size)"`
	DiscardGranularity Size        `yaml:"discardGranularity,omitempty" json:"discardGranularity,omitempty" effect:"next boot" range:"whole logical blocks below 4GiB" element:"discard_granularity" doc:"discard granularity that the device names (QEMU's discard_granularity)"`
	RotationRate       int         `yaml:"rotationRate,omitempty" json:"rotationRate,omitempty" jsonschema:"minimum=1,maximum=65534" effect:"next boot" range:"1, 1025 to 65534" element:"<target rotation_rate>" doc:"scsi, sata, ide: 1 for a solid-state disk, else rotations a minute from 1025"`
	Cache              string      `yaml:"cache,omitempty" json:"cache,omitempty" jsonschema:"enum=default,enum=none,enum=writethrough,enum=writeback,enum=directsync,enum=unsafe" effect:"next boot" element:"<driver cache>" doc:"host page cache mode"`
	IO                 string      `yaml:"io,omitempty" json:"io,omitempty" jsonschema:"enum=native,enum=threads,enum=io_uring" effect:"next boot" element:"<driver io>" doc:"asynchronous I/O of the host"`
	Discard            string      `yaml:"discard,omitempty" json:"discard,omitempty" jsonschema:"enum=ignore,enum=unmap" effect:"next boot" element:"<driver discard>" doc:"what a discard does on the host; default: unmap"`
	DetectZeroes       string      `yaml:"detectZeroes,omitempty" json:"detectZeroes,omitempty" jsonschema:"enum=off,enum=on,enum=unmap" effect:"next boot" element:"<driver detect_zeroes>" doc:"what a write of zeroes does on the host"`
	ErrorPolicy        string      `yaml:"errorPolicy,omitempty" json:"errorPolicy,omitempty" jsonschema:"enum=stop,enum=report,enum=ignore,enum=enospace" effect:"next boot" element:"<driver error_policy>" doc:"what an I/O error of the host does: pause the guest (stop), tell it (report) ..."`
	IOThread           IOThread    `yaml:"iothread,omitempty" json:"iothread,omitempty" effect:"next boot" range:"true, or 1 to the number of iothreads" element:"<driver iothread>" doc:"virtio: true for a thread of its own, or a number of the guest's iothreads, from 1"`
	Queues             int         `yaml:"queues,omitempty" json:"queues,omitempty" jsonschema:"minimum=1,maximum=1024" effect:"next boot" element:"<driver queues>" doc:"virtio: number of request queues; default: one a CPU"`
	QueueSize          int         `yaml:"queueSize,omitempty" json:"queueSize,omitempty" effect:"next boot" range:"power of two, 4 to 1024" element:"<driver queue_size>" doc:"virtio: length of a request queue, a power of two up to 1024"`
	Packed             *bool       `yaml:"packed,omitempty" json:"packed,omitempty" effect:"next boot" element:"<driver packed>" doc:"virtio: packed virtqueues"`
	WriteCache         *bool       `yaml:"writeCache,omitempty" json:"writeCache,omitempty" effect:"next boot" element:"write-cache" doc:"whether the device has a volatile write cache, so that the guest flushes it; default: true unless cache is writethrough or directsync"`
	Throttle           *Throttle   `yaml:"throttle,omitempty" json:"throttle,omitempty" effect:"live" element:"<iotune>" doc:"limits on I/O (libvirt's <iotune>)"`
	Controller         string      `yaml:"controller,omitempty" json:"controller,omitempty" effect:"next boot" element:"<address controller>" doc:"nvme: disks that name the same controller are its namespaces, in this order; default: a controller of its own"`
	Subsystem          string      `yaml:"subsystem,omitempty" json:"subsystem,omitempty" effect:"next boot" element:"nvme-subsys" doc:"nvme: the namespace is shared by all controllers of this subsystem (multipath), in place of controller"`
	NSID               int         `yaml:"nsid,omitempty" json:"nsid,omitempty" jsonschema:"minimum=1,maximum=256" effect:"next boot" element:"<address unit>, nvme-ns nsid" doc:"nvme: namespace id; default: its place on the controller"`
	Zoned              *Zoned      `yaml:"zoned,omitempty" json:"zoned,omitempty" effect:"next boot" element:"nvme-ns zoned" doc:"nvme: a zoned namespace; it keeps nothing over a restart of QEMU, so persist must be false"`
	Protection         *Protection `yaml:"protection,omitempty" json:"protection,omitempty" effect:"recreate" element:"nvme-ns ms, pi" doc:"nvme: metadata and protection information"`
	Atomic             *AtomicNS   `yaml:"atomic,omitempty" json:"atomic,omitempty" effect:"next boot" element:"nvme-ns atomic.*" doc:"nvme: atomic write limits of the namespace (QEMU 10.1 and later)"`
	FDP                *Placement  `yaml:"fdp,omitempty" json:"fdp,omitempty" effect:"next boot" element:"nvme-ns fdp.ruhs" doc:"nvme: reclaim unit handles of a namespace whose subsystem has flexible data placement"`
	Filesystem         *Filesystem `yaml:"filesystem,omitempty" json:"filesystem,omitempty" effect:"next boot" element:"credential fstab.extra" doc:"made in the guest when the disk is blank"`
	Target             string      `yaml:"target,omitempty" json:"target,omitempty" effect:"next boot" element:"credential fstab.extra" doc:"mount point in the guest"`
	Persist            *bool       `yaml:"persist,omitempty" json:"persist,omitempty" effect:"none" doc:"false: recycle renews this disk; default: true"`
}

// IOThread says which thread of QEMU serves a disk: 0 is the main loop,
// OwnIOThread a thread for this disk alone, and n the guest's nth iothread. In
// YAML and JSON it is true or the number.
type IOThread int

// OwnIOThread is a thread for one disk alone.
const OwnIOThread IOThread = -1

// Throttle limits a disk's I/O, in libvirt's words (<iotune>); 0 is no limit.
type Throttle struct {
	TotalBytesSec    Size `yaml:"totalBytesSec,omitempty" json:"totalBytesSec,omitempty" range:"1 to 10^15" element:"<total_bytes_sec>" doc:"bytes a second, read and written; not beside those of one direction"`
	ReadBytesSec     Size `yaml:"readBytesSec,omitempty" json:"readBytesSec,omitempty" range:"1 to 10^15" element:"<read_bytes_sec>" doc:"bytes a second read"`
	WriteBytesSec    Size `yaml:"writeBytesSec,omitempty" json:"writeBytesSec,omitempty" range:"1 to 10^15" element:"<write_bytes_sec>" doc:"bytes a second written"`
	TotalIopsSec     int  `yaml:"totalIopsSec,omitempty" json:"totalIopsSec,omitempty" jsonschema:"minimum=1" range:"1 to 10^15" element:"<total_iops_sec>" doc:"requests a second; not beside those of one direction"`
	ReadIopsSec      int  `yaml:"readIopsSec,omitempty" json:"readIopsSec,omitempty" jsonschema:"minimum=1" range:"1 to 10^15" element:"<read_iops_sec>" doc:"read requests a second"`
	WriteIopsSec     int  `yaml:"writeIopsSec,omitempty" json:"writeIopsSec,omitempty" jsonschema:"minimum=1" range:"1 to 10^15" element:"<write_iops_sec>" doc:"write requests a second"`
	TotalBytesSecMax Size `yaml:"totalBytesSecMax,omitempty" json:"totalBytesSecMax,omitempty" range:"from the rate to 10^15" element:"<total_bytes_sec_max>" doc:"bytes a second in a burst"`
	ReadBytesSecMax  Size `yaml:"readBytesSecMax,omitempty" json:"readBytesSecMax,omitempty" range:"from the rate to 10^15" element:"<read_bytes_sec_max>" doc:"bytes a second read in a burst"`
	WriteBytesSecMax Size `yaml:"writeBytesSecMax,omitempty" json:"writeBytesSecMax,omitempty" range:"from the rate to 10^15" element:"<write_bytes_sec_max>" doc:"bytes a second written in a burst"`
	TotalIopsSecMax  int  `yaml:"totalIopsSecMax,omitempty" json:"totalIopsSecMax,omitempty" jsonschema:"minimum=1" range:"from the rate to 10^15" element:"<total_iops_sec_max>" doc:"requests a second in a burst"`
	ReadIopsSecMax   int  `yaml:"readIopsSecMax,omitempty" json:"readIopsSecMax,omitempty" jsonschema:"minimum=1" range:"from the rate to 10^15" element:"<read_iops_sec_max>" doc:"read requests a second in a burst"`
	WriteIopsSecMax  int  `yaml:"writeIopsSecMax,omitempty" json:"writeIopsSecMax,omitempty" jsonschema:"minimum=1" range:"from the rate to 10^15" element:"<write_iops_sec_max>" doc:"write requests a second in a burst"`
	SizeIopsSec      Size `yaml:"sizeIopsSec,omitempty" json:"sizeIopsSec,omitempty" element:"<size_iops_sec>" doc:"requests larger than this count as several"`
}

// Filesystem is what the guest makes on a blank disk.
type Filesystem struct {
	Type     string   `yaml:"type" json:"type" jsonschema:"required" element:"credential fstab.extra" doc:"file system type, such as xfs, ext4, btrfs"`
	MkfsArgs []string `yaml:"mkfsArgs,omitempty" json:"mkfsArgs,omitempty" element:"credential systemd.extra-unit.*" doc:"further arguments of mkfs; needs systemd 256 in the guest"`
}
