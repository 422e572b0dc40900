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

// Size is a number of bytes. In YAML: a number, or a number with a binary
// unit (KiB, MiB, GiB, TiB).
type Size uint64

// Duration is a span of time, in YAML as Go writes it ("5m", "90s").
type Duration time.Duration

// GuestDecl is a guest as written: a GuestSpec and how many there are of it.
// Pointers tell "not said" from a zero that was meant.
type GuestDecl struct {
	Variants      map[string]GuestDecl `yaml:"variants,omitempty" json:"variants,omitempty" doc:"guests NAME-VARIANT, alike but for what each variant says"`
	Count         *int                 `yaml:"count,omitempty" json:"count,omitempty" jsonschema:"minimum=1,maximum=4096" doc:"how many alike: NAME-1 to NAME-N; without it one guest NAME"`
	Image         string               `yaml:"image,omitempty" json:"image,omitempty" doc:"name of an image of this file"`
	CPUs          int                  `yaml:"cpus,omitempty" json:"cpus,omitempty" jsonschema:"minimum=1,maximum=4096" element:"<vcpu current>" doc:"virtual CPUs; default: 2"`
	Memory        Size                 `yaml:"memory,omitempty" json:"memory,omitempty" range:"from 64MiB, whole MiB" element:"<memory>" doc:"memory; default: 2GiB"`
	Accelerator   string               `yaml:"accelerator,omitempty" json:"accelerator,omitempty" jsonschema:"enum=kvm,enum=tcg" element:"<domain type>" doc:"kvm or tcg; default: kvm where it works"`
	Root          *Root                `yaml:"root,omitempty" json:"root,omitempty" element:"<disk>" doc:"the root disk, /dev/vda"`
	Disks         []Disk               `yaml:"disks,omitempty" json:"disks,omitempty" element:"<disk>" doc:"data disks"`
	Shares        []Share              `yaml:"shares,omitempty" json:"shares,omitempty" element:"<filesystem>" doc:"virtiofs shares"`
	Networks      []NIC                `yaml:"networks,omitempty" json:"networks,omitempty" element:"<interface>" doc:"NICs, each the name of a network of this file or a mapping; default: one on the only network; [] for none"`
	CPU           *CPU                 `yaml:"cpu,omitempty" json:"cpu,omitempty" element:"<cpu>" doc:"model, features and topology of the processor"`
	MaxCPUs       int                  `yaml:"maxCPUs,omitempty" json:"maxCPUs,omitempty" jsonschema:"minimum=1,maximum=4096" element:"<vcpu>" doc:"virtual CPUs that can be plugged up to; default: cpus"`
	CurrentMemory Size                 `yaml:"currentMemory,omitempty" json:"currentMemory,omitempty" element:"<currentMemory>" doc:"memory that the balloon leaves the guest; default: memory"`
	MaxMemory     *MaxMemory           `yaml:"maxMemory,omitempty" json:"maxMemory,omitempty" element:"<maxMemory>" doc:"memory that can be plugged up to"`
	DIMMs         []DIMM               `yaml:"dimms,omitempty" json:"dimms,omitempty" element:"<memory model=dimm>" doc:"memory modules besides memory; need maxMemory"`
	MemoryBacking *MemoryBacking       `yaml:"memoryBacking,omitempty" json:"memoryBacking,omitempty" element:"<memoryBacking>" doc:"how the host backs the memory"`
	NUMA          []NUMANode           `yaml:"numa,omitempty" json:"numa,omitempty" element:"<numa>" doc:"NUMA nodes of the guest, from node 0"`
	NUMATune      *NUMATune            `yaml:"numatune,omitempty" json:"numatune,omitempty" element:"<numatune>" doc:"NUMA nodes of the host that the memory comes from"`
	CPUTune       *CPUTune             `yaml:"cputune,omitempty" json:"cputune,omitempty" element:"<cputune>" doc:"pinning of threads to CPUs of the host"`
	IOThreads     int                  `yaml:"iothreads,omitempty" json:"iothreads,omitempty" jsonschema:"minimum=1,maximum=64" element:"<iothreads>" doc:"threads for disks, which name them by number"`
	Arch          string               `yaml:"arch,omitempty" json:"arch,omitempty" jsonschema:"enum=x86_64,enum=aarch64" element:"<type arch>" doc:"architecture; default: the host's"`
	Machine       string               `yaml:"machine,omitempty" json:"machine,omitempty" element:"<type machine>" doc:"machine type, with a version or without, such as pc-q35-7.2; default: q35, virt on aarch64"`
	Firmware      *Firmware            `yaml:"firmware,omitempty" json:"firmware,omitempty" element:"<os firmware>" doc:"bios or efi"`
	TPM           *TPM                 `yaml:"tpm,omitempty" json:"tpm,omitempty" element:"<tpm>" doc:"an emulated TPM"`
	Watchdog      *Watchdog            `yaml:"watchdog,omitempty" json:"watchdog,omitempty" element:"<watchdog>" doc:"a watchdog"`
	Vsock         *Vsock               `yaml:"vsock,omitempty" json:"vsock,omitempty" element:"<vsock>" doc:"a vsock device; {} for one with an automatic context id"`
	RNG           *RNG                 `yaml:"rng,omitempty" json:"rng,omitempty" element:"<rng>" doc:"source of the guest's virtio-rng"`
	Panic         string               `yaml:"panic,omitempty" json:"panic,omitempty" jsonschema:"enum=none,enum=isa,enum=pvpanic" element:"<panic model>" doc:"device that tells the host of a panic (pvpanic: libvirt 9.1 and later); default: none"`
	Consoles      *Consoles            `yaml:"consoles,omitempty" json:"consoles,omitempty" element:"<serial>, <console>" doc:"how many serial ports and virtio consoles"`
	Graphics      *Graphics            `yaml:"graphics,omitempty" json:"graphics,omitempty" element:"<graphics>, <video>" doc:"a screen"`
	USB           string               `yaml:"usb,omitempty" json:"usb,omitempty" jsonschema:"enum=none,enum=qemu-xhci" element:"<controller type=usb model>" doc:"USB controller; default: none"`
	IOMMU         *IOMMU               `yaml:"iommu,omitempty" json:"iommu,omitempty" element:"<iommu>" doc:"an IOMMU"`
	GDB           *GDB                 `yaml:"gdb,omitempty" json:"gdb,omitempty" element:"<qemu:commandline> -gdb" doc:"QEMU's gdb stub"`
	RootPorts     *int                 `yaml:"rootPorts,omitempty" json:"rootPorts,omitempty" jsonschema:"minimum=0,maximum=24" element:"<controller model=pcie-root-port>" doc:"free PCI Express root ports, one for each device that is attached while the guest runs; default: 4"`
	HostDevices   []HostDevice         `yaml:"hostDevices,omitempty" json:"hostDevices,omitempty" element:"<hostdev>" doc:"PCI devices of the host (VFIO)"`
	NVMe          *NVMe                `yaml:"nvme,omitempty" json:"nvme,omitempty" element:"<controller type=nvme>" doc:"NVMe controllers and subsystems"`
	QEMU          *QEMU                `yaml:"qemu,omitempty" json:"qemu,omitempty" element:"<qemu:commandline>, <qemu:override>" doc:"past libvirt's vocabulary, at one's own risk"`
	XML           *XML                 `yaml:"xml,omitempty" json:"xml,omitempty" element:"<domain>" doc:"past vmprov's vocabulary, at one's own risk"`
	Imageless     *Imageless           `yaml:"imageless,omitempty" json:"imageless,omitempty" doc:"a NixOS system from the host's store, in place of an image"`
	HostKey       HostKey              `yaml:"hostKey,omitempty" json:"hostKey,omitempty" jsonschema:"enum=pinned,enum=accept" element:"<sysinfo type=fwcfg>" doc:"pinned: the guest is given its ssh host key; accept: the one it shows first is kept; default: pinned with imageless, else accept"`
	Kernel        string               `yaml:"kernel,omitempty" json:"kernel,omitempty" element:"<kernel>" doc:"kernel image for direct boot"`
	Initrd        string               `yaml:"initrd,omitempty" json:"initrd,omitempty" element:"<initrd>" doc:"initrd for direct boot"`
	Cmdline       string               `yaml:"cmdline,omitempty" json:"cmdline,omitempty" element:"<cmdline>" doc:"kernel command line for direct boot"`
	Ready         []Probe              `yaml:"ready,omitempty" json:"ready,omitempty" doc:"when the guest counts as ready; default: [ssh] where the host has a way to its port 22, else [running]"`
	ReadyTimeout  Duration             `yaml:"readyTimeout,omitempty" json:"readyTimeout,omitempty" range:"more than 0" doc:"how long to wait for it; default: 5m"`
	Autostart     *bool                `yaml:"autostart,omitempty" json:"autostart,omitempty" element:"autostart" doc:"start with the host; default: false"`
	StopTimeout   Duration             `yaml:"stopTimeout,omitempty" json:"stopTimeout,omitempty" range:"more than 0" doc:"grace time of a shutdown before the guest is destroyed, 15s if not said for an imageless one; default: 1m"`
	Recycle       *Recycle             `yaml:"recycle,omitempty" json:"recycle,omitempty" doc:"what recycle renews besides the root disk"`
}

// Guest is one guest with defaults merged and its count expanded. Its JSON is
// the applied spec of the mark: as declared, with no path of the host's
// rendering and no key. The `effect` tags are the one table of what a change
// of each field does to a guest that exists.
type Guest struct {
	Name          string         `json:"name"`
	Family        string         `json:"family" effect:"none"` // key in the file; differs from Name when counted
	Image         string         `json:"image,omitempty" effect:"recycle"`
	CPUs          int            `json:"cpus" effect:"next boot"`
	Memory        Size           `json:"memory" effect:"next boot"`
	Accelerator   string         `json:"accelerator,omitempty" effect:"next boot"`
	Root          Root           `json:"root" effect:"recycle"`
	Disks         []Disk         `json:"disks,omitempty"`
	Shares        []Share        `json:"shares,omitempty"`
	Networks      []NIC          `json:"networks"`
	CPU           *CPU           `json:"cpu,omitempty"`
	MaxCPUs       int            `json:"maxCPUs,omitempty" effect:"next boot"`
	CurrentMemory Size           `json:"currentMemory,omitempty" effect:"live"`
	MaxMemory     *MaxMemory     `json:"maxMemory,omitempty"`
	DIMMs         []DIMM         `json:"dimms,omitempty" effect:"next boot"`
	MemoryBacking *MemoryBacking `json:"memoryBacking,omitempty"`
	NUMA          []NUMANode     `json:"numa,omitempty" effect:"next boot"`
	NUMATune      *NUMATune      `json:"numatune,omitempty"`
	CPUTune       *CPUTune       `json:"cputune,omitempty"`
	IOThreads     int            `json:"iothreads,omitempty" effect:"next boot"`
	Arch          string         `json:"arch,omitempty" effect:"next boot"`
	Machine       string         `json:"machine,omitempty" effect:"next boot"`
	Firmware      *Firmware      `json:"firmware,omitempty"`
	TPM           *TPM           `json:"tpm,omitempty"`
	Watchdog      *Watchdog      `json:"watchdog,omitempty"`
	Vsock         *Vsock         `json:"vsock,omitempty"`
	RNG           *RNG           `json:"rng,omitempty"`
	Panic         string         `json:"panic,omitempty" effect:"next boot"`
	Consoles      *Consoles      `json:"consoles,omitempty"`
	Graphics      *Graphics      `json:"graphics,omitempty"`
	USB           string         `json:"usb,omitempty" effect:"next boot"`
	IOMMU         *IOMMU         `json:"iommu,omitempty"`
	GDB           *GDB           `json:"gdb,omitempty"`
	RootPorts     *int           `json:"rootPorts,omitempty" effect:"next boot"`
	HostDevices   []HostDevice   `json:"hostDevices,omitempty"`
	NVMe          *NVMe          `json:"nvme,omitempty" effect:"next boot"`
	QEMU          *QEMU          `json:"qemu,omitempty"`
	XML           *XML           `json:"xml,omitempty"`
	Imageless     *Imageless     `json:"imageless,omitempty"`
	HostKey       HostKey        `json:"hostKey,omitempty" effect:"next boot"`
	Kernel        string         `json:"kernel,omitempty" effect:"next boot"`
	Initrd        string         `json:"initrd,omitempty" effect:"next boot"`
	Cmdline       string         `json:"cmdline,omitempty" effect:"next boot"`
	Ready         []Probe        `json:"ready" effect:"none"`
	ReadyTimeout  Duration       `json:"readyTimeout" effect:"none"`
	Autostart     bool           `json:"autostart,omitempty" effect:"live"`
	StopTimeout   Duration       `json:"stopTimeout" effect:"none"`
	Recycle       Recycle        `json:"recycle" effect:"none"`
}

// Root is the root disk: a qcow2 overlay on the image, always /dev/vda.
type Root struct {
	Size Size `yaml:"size,omitempty" json:"size,omitempty" effect:"recycle" element:"<capacity> of the volume" doc:"size; grown in the guest on its first boot; default: the image's"`
}

// Recycle says what recycle renews besides the root disk.
type Recycle struct {
	Disks []string `yaml:"disks,omitempty" json:"disks,omitempty" doc:"data disks that recycle makes anew; the name of a counted disk stands for all of its disks"`
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
