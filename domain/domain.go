// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// A piece adds one device or concern to the domain. Pieces are pure and know
// nothing of each other; what one device demands of another element is decided
// in the file of that element.
type piece func(*Spec, *libvirtxml.Domain) error

// pieces in the order in which they are applied. Within one kind of device,
// such as controllers, it is also the order in the XML.
var pieces = []piece{
	check,
	general,
	operatingSystem,
	directKernel,
	sysinfo,
	memory,
	cpu,
	numa,
	cpuTune,
	features,
	clock,
	emulator,
	pciRoot,
	usb,
	serialBus,
	ioThreads,
	rootDisk,
	virtioBlk,
	scsi,
	sata,
	ide,
	nvmeNative,
	nvmeOverride,
	nics,
	virtiofs,
	console,
	agent,
	rng,
	balloon,
	tpm,
	watchdog,
	vsock,
	panicDevice,
	graphics,
	iommu,
	hostDevices,
	gdb,
	qemu,
	merge,
	rootPorts,
	metadata,
}

// XML renders the guest. An error names the device that cannot be rendered,
// such as an nvme serial that is too long.
func XML(s Spec) (string, error) {
	d := &libvirtxml.Domain{Devices: &libvirtxml.DomainDeviceList{}}
	for _, add := range pieces {
		if err := add(&s, d); err != nil {
			return "", fmt.Errorf("render domain %q: %w", s.Name, err)
		}
	}
	out, err := d.Marshal()
	if err != nil {
		return "", fmt.Errorf("render domain %q: %w", s.Name, err)
	}
	return saySize(out) + "\n", nil
}
