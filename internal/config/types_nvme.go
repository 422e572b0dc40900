// SPDX-License-Identifier: Apache-2.0

package config

// NVMe is what a guest's NVMe controllers and subsystems have beyond the
// namespaces, which are disks. The words are QEMU's (docs/system/devices/nvme.rst).
type NVMe struct {
	Controllers map[string]NVMeController `yaml:"controllers,omitempty" json:"controllers,omitempty" element:"<controller type=nvme>" doc:"controllers by name, which disks name"`
	Subsystems  map[string]NVMeSubsystem  `yaml:"subsystems,omitempty" json:"subsystems,omitempty" element:"nvme-subsys" doc:"subsystems by name, which controllers and disks name"`
}

// NVMeController is one controller.
type NVMeController struct {
	Serial     string            `yaml:"serial,omitempty" json:"serial,omitempty" range:"1 to 20 of A-Z a-z 0-9 _ . + -" element:"<serial>" doc:"serial seen by the guest, at most 20 characters; the same for all controllers of a subsystem; default: the name of its subsystem, else its own"`
	Subsystem  string            `yaml:"subsystem,omitempty" json:"subsystem,omitempty" element:"nvme subsys" doc:"subsystem that the controller is a path to"`
	MDTS       *int              `yaml:"mdts,omitempty" json:"mdts,omitempty" jsonschema:"minimum=1,maximum=9" element:"nvme mdts" doc:"maximum data transfer size as a power of two of 4 KiB pages; later QEMUs take no more than 9 (2MiB) and no 0 (no limit); default: 7"`
	IOQueues   int               `yaml:"ioQueues,omitempty" json:"ioQueues,omitempty" jsonschema:"minimum=1,maximum=65534" element:"nvme max_ioqpairs" doc:"pairs of I/O queues (QEMU's max_ioqpairs); default: 64"`
	CMBSize    Size              `yaml:"cmbSize,omitempty" json:"cmbSize,omitempty" range:"power of two from 1MiB" element:"nvme cmb_size_mb" doc:"size of the controller memory buffer, a power of two from 1MiB; default: none"`
	ZASL       *int              `yaml:"zasl,omitempty" json:"zasl,omitempty" jsonschema:"minimum=0,maximum=15" range:"0 to mdts" element:"nvme zoned.zasl" doc:"zone append size limit as a power of two of 4 KiB pages, at most mdts; default: mdts"`
	WriteCache *bool             `yaml:"writeCache,omitempty" json:"writeCache,omitempty" element:"nvme-ns write-cache" doc:"whether its namespaces have a volatile write cache, unless they say it themselves; without one QEMU flushes each write, while the controller still announces one"`
	Atomic     *AtomicController `yaml:"atomic,omitempty" json:"atomic,omitempty" element:"nvme atomic.*" doc:"atomic write limits (QEMU 9.2 and later)"`
}

// AtomicController are the atomic write limits of a controller (NVM Command
// Set), in blocks as the specification counts: 0-based.
type AtomicController struct {
	DN    bool `yaml:"dn,omitempty" json:"dn,omitempty" element:"nvme atomic.dn" doc:"disable normal: the host needs no atomicity beyond power failure"`
	AWUN  int  `yaml:"awun,omitempty" json:"awun,omitempty" jsonschema:"minimum=0,maximum=65535" element:"nvme atomic.awun" doc:"atomic write unit normal, in blocks less one"`
	AWUPF int  `yaml:"awupf,omitempty" json:"awupf,omitempty" jsonschema:"minimum=0,maximum=65535" element:"nvme atomic.awupf" doc:"atomic write unit power fail, in blocks less one"`
}

// AtomicNS are the atomic write limits of a namespace, counted likewise; they
// hold in place of its controller's (NSABP, which a QEMU that asks is told).
type AtomicNS struct {
	NAWUN  int `yaml:"nawun,omitempty" json:"nawun,omitempty" jsonschema:"minimum=0,maximum=65535" element:"nvme-ns atomic.nawun" doc:"atomic write unit normal, in blocks less one"`
	NAWUPF int `yaml:"nawupf,omitempty" json:"nawupf,omitempty" jsonschema:"minimum=0,maximum=65535" element:"nvme-ns atomic.nawupf" doc:"atomic write unit power fail, in blocks less one"`
	NABSN  int `yaml:"nabsn,omitempty" json:"nabsn,omitempty" jsonschema:"minimum=0,maximum=65535" element:"nvme-ns atomic.nabsn" doc:"atomic boundary size normal, in blocks less one"`
	NABSPF int `yaml:"nabspf,omitempty" json:"nabspf,omitempty" jsonschema:"minimum=0,maximum=65535" element:"nvme-ns atomic.nabspf" doc:"atomic boundary size power fail, in blocks less one"`
	NABO   int `yaml:"nabo,omitempty" json:"nabo,omitempty" jsonschema:"minimum=0,maximum=65535" element:"nvme-ns atomic.nabo" doc:"atomic boundary offset, in blocks"`
}

// NVMeSubsystem is what several controllers are paths to.
type NVMeSubsystem struct {
	NQN string        `yaml:"nqn,omitempty" json:"nqn,omitempty" range:"at most 223 characters in all" element:"nvme-subsys nqn" doc:"qualified name, below nqn.2019-08.org.qemu:; default: the guest's and the subsystem's name"`
	FDP *FDPSubsystem `yaml:"fdp,omitempty" json:"fdp,omitempty" element:"nvme-subsys fdp" doc:"flexible data placement (QEMU 8.0 and later)"`
}

// FDPSubsystem is flexible data placement.
type FDPSubsystem struct {
	ReclaimUnitSize    Size `yaml:"reclaimUnitSize,omitempty" json:"reclaimUnitSize,omitempty" element:"nvme-subsys fdp.runs" doc:"size of a reclaim unit (QEMU's fdp.runs); default: 96MiB"`
	ReclaimGroups      int  `yaml:"reclaimGroups,omitempty" json:"reclaimGroups,omitempty" jsonschema:"minimum=1" element:"nvme-subsys fdp.nrg" doc:"number of reclaim groups (fdp.nrg); default: 1"`
	ReclaimUnitHandles int  `yaml:"reclaimUnitHandles" json:"reclaimUnitHandles" jsonschema:"required,minimum=1,maximum=128" element:"nvme-subsys fdp.nruh" doc:"number of reclaim unit handles (fdp.nruh)"`
}

// Placement is what a namespace has of flexible data placement.
type Placement struct {
	ReclaimUnitHandles []int `yaml:"reclaimUnitHandles" json:"reclaimUnitHandles" jsonschema:"required" range:"from 0 to the subsystem's less one" element:"nvme-ns fdp.ruhs" doc:"reclaim unit handles of the namespace, by number (fdp.ruhs)"`
}

// Zoned makes a namespace zoned (Zoned Namespace Command Set).
type Zoned struct {
	ZoneSize            Size  `yaml:"zoneSize,omitempty" json:"zoneSize,omitempty" range:"whole logical blocks, at most the disk" element:"nvme-ns zoned.zone_size" doc:"size of a zone; default: 128MiB"`
	ZoneCapacity        Size  `yaml:"zoneCapacity,omitempty" json:"zoneCapacity,omitempty" range:"whole logical blocks, at most zoneSize" element:"nvme-ns zoned.zone_capacity" doc:"writable part of a zone; default: the zone's size"`
	MaxOpen             int   `yaml:"maxOpen,omitempty" json:"maxOpen,omitempty" jsonschema:"minimum=1" range:"1 to maxActive" element:"nvme-ns zoned.max_open" doc:"zones open at the same time; default: no limit"`
	MaxActive           int   `yaml:"maxActive,omitempty" json:"maxActive,omitempty" jsonschema:"minimum=1" element:"nvme-ns zoned.max_active" doc:"zones active at the same time; default: no limit"`
	CrossRead           bool  `yaml:"crossRead,omitempty" json:"crossRead,omitempty" element:"nvme-ns zoned.cross_read" doc:"a read may cross the border of zones"`
	DescriptorExtension Size  `yaml:"descriptorExtension,omitempty" json:"descriptorExtension,omitempty" range:"multiple of 64 up to 16320" element:"nvme-ns zoned.descr_ext_size" doc:"size of a zone descriptor extension, a multiple of 64 bytes"`
	ZRWA                *ZRWA `yaml:"zrwa,omitempty" json:"zrwa,omitempty" element:"nvme-ns zoned.zrwas" doc:"zone random write area (QEMU 7.0 and later)"`
}

// ZRWA is the zone random write area of a zoned namespace.
type ZRWA struct {
	Size        Size `yaml:"size" json:"size" jsonschema:"required" range:"multiple of granularity, at most 65535 blocks" element:"nvme-ns zoned.zrwas" doc:"size of the area of a zone"`
	Granularity Size `yaml:"granularity" json:"granularity" jsonschema:"required" range:"whole logical blocks" element:"nvme-ns zoned.zrwafg" doc:"flush granularity"`
	Resources   int  `yaml:"resources" json:"resources" jsonschema:"required,minimum=1" range:"1 to maxActive" element:"nvme-ns zoned.numzrwa" doc:"number of areas of the namespace"`
}

// Protection is a namespace's metadata and its end-to-end data protection.
type Protection struct {
	MetadataSize int  `yaml:"metadataSize" json:"metadataSize" jsonschema:"required,minimum=1,maximum=65535" element:"nvme-ns ms" doc:"bytes of metadata a block, at least 8 with a type (16 with guard 64)"`
	Extended     bool `yaml:"extended,omitempty" json:"extended,omitempty" element:"nvme-ns mset" doc:"metadata at the end of each block (extended LBA) in place of a buffer of its own"`
	Type         int  `yaml:"type,omitempty" json:"type,omitempty" jsonschema:"minimum=0,maximum=3" element:"nvme-ns pi" doc:"protection information type; default: 0, none"`
	First        bool `yaml:"first,omitempty" json:"first,omitempty" element:"nvme-ns pil" doc:"protection information in the first bytes of the metadata; default: the last"`
	Guard        int  `yaml:"guard,omitempty" json:"guard,omitempty" range:"16, 64" element:"nvme-ns pif" doc:"bits of the guard, 16 or 64 (QEMU 7.0 and later); default: 16"`
}
