// SPDX-License-Identifier: Apache-2.0

package config

// Firmware is what the guest boots with.
type Firmware struct {
	Type       string `yaml:"type" json:"type" jsonschema:"required,enum=bios,enum=efi" shorthand:"true" effect:"next boot" element:"<os firmware>" doc:"bios or efi; default: bios, efi on aarch64"`
	SecureBoot bool   `yaml:"secureBoot,omitempty" json:"secureBoot,omitempty" effect:"next boot" element:"<loader secure>" doc:"efi: with enrolled keys, so that only signed boot loaders and kernels boot"`
	Loader     string `yaml:"loader,omitempty" json:"loader,omitempty" effect:"next boot" element:"<loader>" doc:"efi: firmware file in place of the one that libvirt finds"`
	Template   string `yaml:"template,omitempty" json:"template,omitempty" effect:"next boot" element:"<nvram template>" doc:"efi: template of the variables (NVRAM) that goes with loader"`
}

// TPM is an emulated trusted platform module (swtpm).
type TPM struct {
	Model   string `yaml:"model,omitempty" json:"model,omitempty" jsonschema:"enum=tpm-crb,enum=tpm-tis" shorthand:"true" effect:"next boot" element:"<tpm model>" doc:"default: tpm-crb, tpm-tis on aarch64"`
	Version string `yaml:"version,omitempty" json:"version,omitempty" jsonschema:"enum=1.2,enum=2.0" effect:"next boot" element:"<backend version>" doc:"default: 2.0"`
}

// Watchdog resets or stops a guest that does not feed it.
type Watchdog struct {
	Model  string `yaml:"model" json:"model" jsonschema:"required,enum=i6300esb,enum=ib700,enum=itco" shorthand:"true" effect:"next boot" element:"<watchdog model>" doc:"device (itco: q35, libvirt 9.1 and later)"`
	Action string `yaml:"action,omitempty" json:"action,omitempty" jsonschema:"enum=reset,enum=shutdown,enum=poweroff,enum=pause,enum=none,enum=dump,enum=inject-nmi" effect:"next boot" element:"<watchdog action>" doc:"what happens; default: reset"`
}

// Vsock is a socket between guest and host.
type Vsock struct {
	CID int `yaml:"cid,omitempty" json:"cid,omitempty" jsonschema:"minimum=3" effect:"next boot" element:"<cid address>" doc:"context id; default: libvirt chooses a free one at each start"`
}

// RNG is the guest's source of randomness; each guest has one.
type RNG struct {
	Source string   `yaml:"source,omitempty" json:"source,omitempty" shorthand:"true" effect:"next boot" element:"<backend>" doc:"builtin, or a device of the host; default: /dev/urandom"`
	Bytes  int      `yaml:"bytes,omitempty" json:"bytes,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<rate bytes>" doc:"at most so many bytes a period"`
	Period Duration `yaml:"period,omitempty" json:"period,omitempty" effect:"next boot" element:"<rate period>" doc:"the period, whole milliseconds; default: 1s"`
}

// Consoles are how many consoles of each kind the guest has. The log is of the
// first serial one.
type Consoles struct {
	Serial int `yaml:"serial,omitempty" json:"serial,omitempty" jsonschema:"minimum=1,maximum=4" effect:"next boot" element:"<serial>" doc:"serial ports, ttyS0 and on (ttyAMA0 on aarch64, which has one); default: 1"`
	Virtio int `yaml:"virtio,omitempty" json:"virtio,omitempty" jsonschema:"minimum=0,maximum=8" effect:"next boot" element:"<console>" doc:"virtio consoles, hvc0 and on; default: 0"`
}

// Graphics is a screen. It listens on loopback or on a socket only.
type Graphics struct {
	Type   string `yaml:"type" json:"type" jsonschema:"required,enum=none,enum=vnc,enum=spice" shorthand:"true" effect:"next boot" element:"<graphics type>" doc:"none, vnc or spice; default: none"`
	Listen string `yaml:"listen,omitempty" json:"listen,omitempty" jsonschema:"enum=loopback,enum=socket" effect:"next boot" element:"<listen>" doc:"a port of 127.0.0.1, or a socket that libvirt makes; default: socket"`
	Video  string `yaml:"video,omitempty" json:"video,omitempty" jsonschema:"enum=virtio,enum=vga,enum=bochs,enum=qxl" effect:"next boot" element:"<video>" doc:"video device; default: virtio"`
}

// IOMMU is an emulated IOMMU.
type IOMMU struct {
	Model       string `yaml:"model" json:"model" jsonschema:"required,enum=intel,enum=virtio,enum=smmuv3" shorthand:"true" effect:"next boot" element:"<iommu model>" doc:"intel (q35), virtio, or smmuv3 (aarch64)"`
	Intremap    *bool  `yaml:"intremap,omitempty" json:"intremap,omitempty" effect:"next boot" element:"<driver intremap>" doc:"intel: interrupt remapping; default: true"`
	CachingMode *bool  `yaml:"cachingMode,omitempty" json:"cachingMode,omitempty" effect:"next boot" element:"<driver caching_mode>" doc:"intel: caching mode, which devices passed through need"`
	IOTLB       *bool  `yaml:"iotlb,omitempty" json:"iotlb,omitempty" effect:"next boot" element:"<driver iotlb>" doc:"intel: device IOTLB"`
	AddressBits int    `yaml:"addressBits,omitempty" json:"addressBits,omitempty" effect:"next boot" range:"39, 48" element:"<driver aw_bits>" doc:"intel: width of addresses, 39 or 48"`
}

// GDB is QEMU's stub for a debugger of the kernel. One of Port and Socket is set.
type GDB struct {
	Port   int    `yaml:"port,omitempty" json:"port,omitempty" jsonschema:"minimum=1,maximum=65535" effect:"next boot" element:"-gdb" doc:"port of 127.0.0.1; of a counted guest, the nth has n-1 more"`
	Socket string `yaml:"socket,omitempty" json:"socket,omitempty" effect:"next boot" element:"-gdb" doc:"unix socket that QEMU makes; {guest} stands for the guest's name"`
	Wait   bool   `yaml:"wait,omitempty" json:"wait,omitempty" effect:"next boot" element:"start, paused" doc:"the guest does not run before a debugger lets it"`
}

// HostDevice is a PCI device of the host that the guest has for itself (VFIO).
type HostDevice struct {
	Name      string `yaml:"name" json:"name" jsonschema:"required" doc:"name in the guest's file; a DNS label"`
	PCI       string `yaml:"pci" json:"pci" jsonschema:"required" effect:"next boot" element:"<address>" doc:"address on the host, such as 0000:03:00.0"`
	Managed   *bool  `yaml:"managed,omitempty" json:"managed,omitempty" effect:"next boot" element:"<hostdev managed>" doc:"libvirt takes the device from its driver and gives it back; default: true"`
	ROMBar    *bool  `yaml:"romBar,omitempty" json:"romBar,omitempty" effect:"next boot" element:"<rom bar>" doc:"the device's option ROM is seen"`
	BootOrder int    `yaml:"bootOrder,omitempty" json:"bootOrder,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<boot order>" doc:"place in the firmware's boot order"`
}
