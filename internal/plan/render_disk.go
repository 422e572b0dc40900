// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"

	"vmprov/domain"
	"vmprov/internal/config"
	"vmprov/internal/guest"
)

func (r rendering) disks(domainName string) []domain.Disk {
	out := make([]domain.Disk, 0, len(r.spec.Disks))
	for _, d := range r.spec.Disks {
		disk := domain.Disk{
			Name: d.Name, Bus: string(d.Bus), Format: d.Format, Serial: d.Serial, WWN: d.WWN, Controller: d.Controller,
			BootOrder: d.BootOrder, ReadOnly: d.ReadOnly, Shareable: d.Shareable,
			LogicalBlockSize: d.LogicalBlockSize, PhysicalBlockSize: d.PhysicalBlockSize,
			MinIOSize: uint64(d.MinIOSize), OptIOSize: uint64(d.OptIOSize), DiscardGranularity: uint64(d.DiscardGranularity),
			RotationRate: d.RotationRate, WriteCache: d.WriteCache,
			Cache: d.Cache, IO: d.IO, Discard: d.Discard, DetectZeroes: d.DetectZeroes, ErrorPolicy: d.ErrorPolicy,
			IOThread: ioThread(d.IOThread), Queues: d.Queues, QueueSize: d.QueueSize, Packed: d.Packed,
			Throttle: throttle(d.Throttle),
		}
		r.place(&disk, d, domainName)
		r.namespace(&disk, d)
		out = append(out, disk)
	}
	return out
}

// place says where a disk is: at the path that the file names, or in its volume.
func (r rendering) place(disk *domain.Disk, d config.Disk, domainName string) {
	if d.Path != "" {
		disk.Path, disk.Foreign, disk.Block = d.Path, true, IsDevice(d.Path)
		return
	}
	volume := config.VolumeName(domainName, d.Name, d.Format)
	disk.Path = r.pool.Volume(volume)
	if base := r.mark.base(volume); base != nil {
		disk.Base, disk.BaseFormat = base.Path, base.Format
	}
}

// IsDevice says that a disk's path is a block device and not a file.
func IsDevice(path string) bool { return strings.HasPrefix(path, "/dev/") }

func ioThread(t config.IOThread) int {
	if t == config.OwnIOThread {
		return domain.OwnIOThread
	}
	return int(t)
}

func throttle(t *config.Throttle) *domain.Throttle {
	if t == nil {
		return nil
	}
	return &domain.Throttle{
		TotalBytesSec: uint64(t.TotalBytesSec), ReadBytesSec: uint64(t.ReadBytesSec), WriteBytesSec: uint64(t.WriteBytesSec),
		TotalIopsSec: uint64(t.TotalIopsSec), ReadIopsSec: uint64(t.ReadIopsSec), WriteIopsSec: uint64(t.WriteIopsSec),
		TotalBytesSecMax: uint64(t.TotalBytesSecMax), ReadBytesSecMax: uint64(t.ReadBytesSecMax), WriteBytesSecMax: uint64(t.WriteBytesSecMax),
		TotalIopsSecMax: uint64(t.TotalIopsSecMax), ReadIopsSecMax: uint64(t.ReadIopsSecMax), WriteIopsSecMax: uint64(t.WriteIopsSecMax),
		SizeIopsSec: uint64(t.SizeIopsSec),
	}
}

// diskDevice is a disk's stable device path in the guest.
func diskDevice(g config.Guest, d config.Disk) string {
	if d.WWN != "" {
		return guest.DiskByWWN(d.WWN)
	}
	if d.Bus != config.BusNVMe {
		return guest.DiskByID(string(d.Bus), d.Serial, 0)
	}
	serial, nsid, shared := d.NamespaceOf(g)
	if !shared {
		nsid = 0
	}
	return guest.DiskByID(string(d.Bus), serial, nsid)
}
