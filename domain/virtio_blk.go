// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// virtioBlk attaches virtio data disks as vdb, vdc ... in their order.
func virtioBlk(s *Spec, d *libvirtxml.Domain) error {
	for i, k := range onBus(s.Disks, busVirtio) {
		disk := dataDisk(k)
		disk.Target = &libvirtxml.DomainDiskTarget{Dev: targetName(i + 1), Bus: busVirtio}
		disk.Serial = k.Serial
		disk.Driver.IOThread = ioThreadOf(s, k)
		if k.Queues > 0 {
			disk.Driver.Queues = new(uint(k.Queues))
		}
		if k.QueueSize > 0 {
			disk.Driver.QueueSize = new(uint(k.QueueSize))
		}
		disk.Driver.Packed = onOff(k.Packed)
		addDisk(d, k, disk)
	}
	return nil
}
