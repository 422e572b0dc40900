// SPDX-License-Identifier: Apache-2.0

// Package config is vmprov's YAML vocabulary: it loads a file, decodes it
// strictly, fills in defaults and validates it, and gives every object its
// stable identity (names, UUIDs, MAC addresses, serials).
//
// Load gathers what the environment says (home of the file's owner,
// LIBVIRT_DEFAULT_URI); everything after it is a pure function of values.
package config

import "time"

// File is a loaded configuration: defaults merged, counts expanded, every
// path absolute. Its guests are what the plan compares and the mark records.
type File struct {
	// Path is the real path (no symbolic link) of the file.
	Path string
	// Owner is the user that owns the file; state, keys and `~` are that user's.
	Owner Owner

	Project    string
	Connection string // libvirt URI
	Pool       Pool
	SSH        SSH
	Images     map[string]Image
	Networks   map[string]Network
	// Guests in the order of the file, counted ones in the order of their number.
	Guests []Guest
}

// Owner is a user of the host.
type Owner struct {
	UID, GID int
	Name     string
	Home     string
}

// Effect says when a changed field reaches a guest that exists. The values
// are the ones of the `effect` struct tag.
type Effect string

// Effects, from the mildest to the hardest.
const (
	// EffectNone changes vmprov's own behaviour only.
	EffectNone Effect = "none"
	// EffectLive is applied to the running guest at once.
	EffectLive Effect = "live"
	// EffectNextBoot is written to the persistent definition and taken up when the guest starts next.
	EffectNextBoot Effect = "next boot"
	// EffectRecycle needs a new root overlay.
	EffectRecycle Effect = "recycle"
	// EffectRecreate needs a new data disk, whose content is lost.
	EffectRecreate Effect = "recreate"
)

// Document is the file as written. Field order is the order of the reference.
type Document struct {
	Project    string               `yaml:"project" json:"project" jsonschema:"required" doc:"ownership key and prefix of every name; a DNS label"`
	Connection string               `yaml:"connection,omitempty" json:"connection,omitempty" doc:"libvirt URI; default: $LIBVIRT_DEFAULT_URI, else qemu:///system"`
	Pool       Pool                 `yaml:"pool,omitempty" json:"pool,omitempty" doc:"storage pool: a name, or {path: DIR}; default: vmprov"`
	SSH        SSH                  `yaml:"ssh,omitempty" json:"ssh,omitempty" doc:"how the host reaches its guests by ssh"`
	Images     map[string]Image     `yaml:"images,omitempty" json:"images,omitempty" doc:"disk images by name"`
	Networks   map[string]Network   `yaml:"networks,omitempty" json:"networks,omitempty" doc:"networks by name; without any, a nat network 'default' is made"`
	Defaults   GuestDecl            `yaml:"defaults,omitempty" json:"defaults,omitempty" doc:"what a guest has unless it says otherwise"`
	Guests     map[string]GuestDecl `yaml:"guests" json:"guests" jsonschema:"required" doc:"guests by name"`
}

// Pool names the storage pool that holds overlays and data disks. In YAML it
// is a string (the name of a pool) or a mapping with a path.
type Pool struct {
	Name string `yaml:"name,omitempty" json:"name,omitempty" doc:"name of the pool; vmprov makes the pool 'vmprov' when it is missing, any other must exist"`
	Path string `yaml:"path,omitempty" json:"path,omitempty" doc:"folder of a pool that vmprov makes and removes"`
}

// SSH says how the host logs in to its guests.
type SSH struct {
	User           string   `yaml:"user,omitempty" json:"user,omitempty" doc:"login name in the guest; default: root"`
	AuthorizedKeys []string `yaml:"authorizedKeys,omitempty" json:"authorizedKeys,omitempty" doc:"public keys, or files that hold them, that may log in besides the project's own key"`
	IdentityFile   string   `yaml:"identityFile,omitempty" json:"identityFile,omitempty" doc:"private key to use in place of the project's own (its .pub lies beside it)"`
}

// Image is where a guest's root disk comes from: a flake that nix builds, or
// a file that is ready. Exactly one of Flake and File is set.
type Image struct {
	Flake     string `yaml:"flake,omitempty" json:"flake,omitempty" doc:"flake reference or folder"`
	Attribute string `yaml:"attribute,omitempty" json:"attribute,omitempty" doc:"flake output; default: packages.<system>.image, else nixosConfigurations.vm.config.system.build.image"`
	File      string `yaml:"file,omitempty" json:"file,omitempty" doc:"a qcow2 or raw image file"`
}

// NetworkMode is how a network reaches the world.
type NetworkMode string

// Network modes.
const (
	NetworkNAT      NetworkMode = "nat"
	NetworkIsolated NetworkMode = "isolated"
	NetworkBridge   NetworkMode = "bridge"
	NetworkExisting NetworkMode = "existing"
)

// Network is one network of the project. nat and isolated networks are made
// by vmprov; bridge and existing ones are only used.
type Network struct {
	Mode    NetworkMode `yaml:"mode,omitempty" json:"mode,omitempty" jsonschema:"enum=nat,enum=isolated,enum=bridge,enum=existing" doc:"nat, isolated, bridge or existing; default: nat"`
	IPv4    string      `yaml:"ipv4,omitempty" json:"ipv4,omitempty" doc:"subnet of a nat or isolated network, such as 10.47.0.0/24; default: a free one"`
	Bridge  string      `yaml:"bridge,omitempty" json:"bridge,omitempty" doc:"host bridge of a bridge network"`
	Network string      `yaml:"network,omitempty" json:"network,omitempty" doc:"libvirt network of an existing network"`
}

// Size is a number of bytes. In YAML: a number, or a number with a binary
// unit (KiB, MiB, GiB, TiB).
type Size uint64

// Duration is a span of time, in YAML as Go writes it ("5m", "90s").
type Duration time.Duration

// GuestDecl is a guest as written: a GuestSpec and how many there are of it.
// Pointers tell "not said" from a zero that was meant.
type GuestDecl struct {
	Count        *int     `yaml:"count,omitempty" json:"count,omitempty" jsonschema:"minimum=1" doc:"how many alike: NAME-1 to NAME-N; without it one guest NAME"`
	Image        string   `yaml:"image,omitempty" json:"image,omitempty" doc:"name of an image of this file"`
	CPUs         int      `yaml:"cpus,omitempty" json:"cpus,omitempty" jsonschema:"minimum=1" doc:"virtual CPUs; default: 2"`
	Memory       Size     `yaml:"memory,omitempty" json:"memory,omitempty" doc:"memory; default: 2GiB"`
	Accelerator  string   `yaml:"accelerator,omitempty" json:"accelerator,omitempty" jsonschema:"enum=kvm,enum=tcg" doc:"kvm or tcg; default: kvm where it works"`
	Root         *Root    `yaml:"root,omitempty" json:"root,omitempty" doc:"the root disk, /dev/vda"`
	Disks        []Disk   `yaml:"disks,omitempty" json:"disks,omitempty" doc:"data disks"`
	Shares       []Share  `yaml:"shares,omitempty" json:"shares,omitempty" doc:"virtiofs shares"`
	Networks     []string `yaml:"networks,omitempty" json:"networks,omitempty" doc:"networks of this file, one NIC each; default: the only one; [] for none"`
	Kernel       string   `yaml:"kernel,omitempty" json:"kernel,omitempty" doc:"kernel image for direct boot"`
	Initrd       string   `yaml:"initrd,omitempty" json:"initrd,omitempty" doc:"initrd for direct boot"`
	Cmdline      string   `yaml:"cmdline,omitempty" json:"cmdline,omitempty" doc:"kernel command line for direct boot"`
	Ready        []Probe  `yaml:"ready,omitempty" json:"ready,omitempty" doc:"when the guest counts as ready; default: [ssh] where it has a NIC, else [running]"`
	ReadyTimeout Duration `yaml:"readyTimeout,omitempty" json:"readyTimeout,omitempty" doc:"how long to wait for it; default: 5m"`
	Autostart    *bool    `yaml:"autostart,omitempty" json:"autostart,omitempty" doc:"start with the host; default: false"`
	StopTimeout  Duration `yaml:"stopTimeout,omitempty" json:"stopTimeout,omitempty" doc:"grace time of a shutdown before the guest is destroyed; default: 1m"`
	Recycle      *Recycle `yaml:"recycle,omitempty" json:"recycle,omitempty" doc:"what recycle renews besides the root disk"`
}

// Guest is one guest with defaults merged and its count expanded. Its JSON is
// the applied spec of the mark: as declared, with no path of the host's
// rendering and no key. The `effect` tags are the one table of what a change
// of each field does to a guest that exists.
type Guest struct {
	Name         string   `json:"name"`
	Family       string   `json:"family" effect:"none"` // key in the file; differs from Name when counted
	Image        string   `json:"image,omitempty" effect:"recycle"`
	CPUs         int      `json:"cpus" effect:"next boot"`
	Memory       Size     `json:"memory" effect:"next boot"`
	Accelerator  string   `json:"accelerator,omitempty" effect:"next boot"`
	Root         Root     `json:"root" effect:"recycle"`
	Disks        []Disk   `json:"disks,omitempty"`
	Shares       []Share  `json:"shares,omitempty"`
	Networks     []string `json:"networks" effect:"next boot"`
	Kernel       string   `json:"kernel,omitempty" effect:"next boot"`
	Initrd       string   `json:"initrd,omitempty" effect:"next boot"`
	Cmdline      string   `json:"cmdline,omitempty" effect:"next boot"`
	Ready        []Probe  `json:"ready" effect:"none"`
	ReadyTimeout Duration `json:"readyTimeout" effect:"none"`
	Autostart    bool     `json:"autostart,omitempty" effect:"live"`
	StopTimeout  Duration `json:"stopTimeout" effect:"none"`
	Recycle      Recycle  `json:"recycle" effect:"none"`
}

// Root is the root disk: a qcow2 overlay on the image, always /dev/vda.
type Root struct {
	Size Size `yaml:"size,omitempty" json:"size,omitempty" effect:"recycle" doc:"size; grown in the guest on its first boot; default: the image's"`
}

// Bus is what a data disk is attached to.
type Bus string

// Buses.
const (
	BusVirtio Bus = "virtio"
	BusNVMe   Bus = "nvme"
)

// Disk is a data disk. It is kept over a recycle unless Persist says not. In a
// loaded File, Bus, Format, Discard and Persist are always set, Serial but for
// namespaces of a named controller; a block size of 0 is the device's default.
type Disk struct {
	Name              string      `yaml:"name" json:"name" jsonschema:"required" doc:"name in the guest's file and in the volume's; a DNS label"`
	Bus               Bus         `yaml:"bus,omitempty" json:"bus,omitempty" jsonschema:"enum=virtio,enum=nvme" effect:"next boot" doc:"virtio or nvme; default: virtio"`
	Size              Size        `yaml:"size" json:"size" jsonschema:"required" effect:"recreate" doc:"size of the disk"`
	Format            string      `yaml:"format,omitempty" json:"format,omitempty" jsonschema:"enum=qcow2,enum=raw" effect:"recreate" doc:"qcow2 or raw; default: qcow2"`
	Serial            string      `yaml:"serial,omitempty" json:"serial,omitempty" effect:"next boot" doc:"serial seen by the guest, at most 20 characters (a namespace of a controller has the controller's); default: the name"`
	Controller        string      `yaml:"controller,omitempty" json:"controller,omitempty" effect:"next boot" doc:"nvme: disks that name the same controller are its namespaces, in this order; default: a controller of its own"`
	LogicalBlockSize  int         `yaml:"logicalBlockSize,omitempty" json:"logicalBlockSize,omitempty" effect:"next boot" doc:"logical sector size in bytes; default: 512"`
	PhysicalBlockSize int         `yaml:"physicalBlockSize,omitempty" json:"physicalBlockSize,omitempty" effect:"next boot" doc:"physical sector size in bytes; default: the logical one"`
	Cache             string      `yaml:"cache,omitempty" json:"cache,omitempty" jsonschema:"enum=default,enum=none,enum=writethrough,enum=writeback,enum=directsync,enum=unsafe" effect:"next boot" doc:"host page cache mode"`
	IO                string      `yaml:"io,omitempty" json:"io,omitempty" jsonschema:"enum=native,enum=threads,enum=io_uring" effect:"next boot" doc:"asynchronous I/O of the host"`
	Discard           string      `yaml:"discard,omitempty" json:"discard,omitempty" jsonschema:"enum=ignore,enum=unmap" effect:"next boot" doc:"what a discard does on the host; default: unmap"`
	IOThread          bool        `yaml:"iothread,omitempty" json:"iothread,omitempty" effect:"next boot" doc:"virtio: a thread of its own for this disk"`
	ReadOnly          bool        `yaml:"readOnly,omitempty" json:"readOnly,omitempty" effect:"next boot" doc:"the guest cannot write"`
	Filesystem        *Filesystem `yaml:"filesystem,omitempty" json:"filesystem,omitempty" effect:"next boot" doc:"made in the guest when the disk is blank"`
	Target            string      `yaml:"target,omitempty" json:"target,omitempty" effect:"next boot" doc:"mount point in the guest"`
	Persist           *bool       `yaml:"persist,omitempty" json:"persist,omitempty" effect:"none" doc:"false: recycle renews this disk; default: true"`
}

// Filesystem is what the guest makes on a blank disk.
type Filesystem struct {
	Type     string   `yaml:"type" json:"type" jsonschema:"required" doc:"file system type, such as xfs, ext4, btrfs"`
	MkfsArgs []string `yaml:"mkfsArgs,omitempty" json:"mkfsArgs,omitempty" doc:"further arguments of mkfs; needs systemd 256 in the guest"`
}

// Share is a host folder that the guest sees by virtiofs.
type Share struct {
	Tag      string `yaml:"tag" json:"tag" jsonschema:"required" doc:"mount tag, at most 36 bytes"`
	Source   string `yaml:"source" json:"source" jsonschema:"required" effect:"next boot" doc:"folder on the host"`
	Target   string `yaml:"target,omitempty" json:"target,omitempty" effect:"next boot" doc:"mount point in the guest"`
	ReadOnly bool   `yaml:"readOnly,omitempty" json:"readOnly,omitempty" effect:"next boot" doc:"mounted read-only"`
}

// Recycle says what recycle renews besides the root disk.
type Recycle struct {
	Disks []string `yaml:"disks,omitempty" json:"disks,omitempty" doc:"data disks that recycle makes anew"`
}

// ProbeKind names a readiness probe.
type ProbeKind string

// Probe kinds.
const (
	ProbeRunning ProbeKind = "running"
	ProbeAddress ProbeKind = "address"
	ProbeAgent   ProbeKind = "agent"
	ProbeSSH     ProbeKind = "ssh"
	ProbeCommand ProbeKind = "command"
)

// Probe is one condition of readiness. In YAML: a name, or {command: [ARGV]}
// that is run in the guest by ssh and must exit 0.
type Probe struct {
	Kind    ProbeKind `json:"kind"`
	Command []string  `json:"command,omitempty"`
}
