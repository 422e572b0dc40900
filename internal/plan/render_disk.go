// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/domain"
	"vmprov/internal/config"
	"vmprov/internal/guest"
)

func (r rendering) disks(domainName string) []domain.Disk {
	out := make([]domain.Disk, 0, len(r.spec.Disks))
	for _, d := range r.spec.Disks {
		out = append(out, domain.Disk{
			Name: d.Name, Bus: string(d.Bus), Format: d.Format, Serial: d.Serial, Controller: d.Controller,
			Path:             r.pool.Volume(config.VolumeName(domainName, d.Name, d.Format)),
			LogicalBlockSize: d.LogicalBlockSize, PhysicalBlockSize: d.PhysicalBlockSize,
			Cache: d.Cache, IO: d.IO, Discard: d.Discard, IOThread: int(d.IOThread), ReadOnly: d.ReadOnly,
		})
	}
	return out
}

// diskDevice is a disk's stable device path in the guest.
func diskDevice(g config.Guest, d config.Disk) string {
	if d.Bus != config.BusNVMe {
		return guest.DiskByID(string(d.Bus), d.Serial, 0)
	}
	serial, nsid, shared := d.NamespaceOf(g)
	if !shared {
		nsid = 0
	}
	return guest.DiskByID(string(d.Bus), serial, nsid)
}
