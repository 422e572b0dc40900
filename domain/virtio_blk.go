// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// virtioBlk attaches virtio data disks as vdb, vdc ... in their order. A disk
// that asks for an I/O thread gets one of its own.
func virtioBlk(s *Spec, d *libvirtxml.Domain) error {
	for i, k := range onBus(s.Disks, busVirtio) {
		disk := dataDisk(k)
		disk.Target = &libvirtxml.DomainDiskTarget{Dev: targetName(i + 1), Bus: busVirtio}
		disk.Serial = k.Serial
		if k.IOThread {
			d.IOThreads++
			disk.Driver.IOThread = new(d.IOThreads)
		}
		d.Devices.Disks = append(d.Devices.Disks, disk)
	}
	return nil
}
