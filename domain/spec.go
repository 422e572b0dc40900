// SPDX-License-Identifier: Apache-2.0

// Package domain renders a guest as libvirt domain XML and carries out the
// lifecycle calls on it. Rendering is pure: the same Spec gives the same XML,
// with no clock, no random and no look at the host. It knows nothing of
// configuration files, pools, networks or marks: the planner fills Spec with
// plain values.
package domain

// Spec is everything that the XML of one guest is made of.
type Spec struct {
	Name, UUID string
	// Metadata is the raw XML below <metadata>; empty for none.
	Metadata string

	// Type is the libvirt domain type: kvm, or qemu for TCG.
	Type string
	// Arch and Machine go to <os><type>, such as x86_64 and q35.
	Arch, Machine string
	// Emulator is the QEMU binary; empty for libvirt's own choice.
	Emulator string
	CPUs     int
	// Memory in bytes.
	Memory uint64

	Root  RootDisk
	Disks []Disk
	// IOThreads are threads for disks, which name them by number from 1.
	IOThreads   int
	NICs        []NIC
	Filesystems []Filesystem
	HostDevices []HostDevice
	// NVMe is what controllers and subsystems have beyond their namespaces.
	NVMe NVMe

	Compute  Compute
	Platform Platform
	Escape   Escape

	// Kernel, Initrd and Cmdline boot directly where Kernel is set.
	Kernel, Initrd, Cmdline string

	// OEMStrings are SMBIOS type 11 strings (<sysinfo type='smbios'>).
	OEMStrings []string
	// FWCfg are QEMU firmware configuration files (<sysinfo type='fwcfg'>).
	FWCfg []FWCfgFile

	// ConsoleLog is the file that takes the serial console's output.
	ConsoleLog string

	// NativeNVMe says that this libvirt knows the nvme disk bus; without it
	// NVMe is rendered through <qemu:override>.
	NativeNVMe bool
	// ReadOnlyFilesystem says that this libvirt takes <readonly/> for virtiofs.
	ReadOnlyFilesystem bool
}

// RootDisk is a qcow2 overlay on a base image, attached as virtio vda.
type RootDisk struct {
	Path string
	// Base is the image that the overlay backs on, left as it is: libvirt
	// changes neither its owner nor its mode.
	Base       string
	BaseFormat string
}

// FWCfgFile is one fw_cfg entry whose content is a file of the host.
type FWCfgFile struct{ Name, File string }
