// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"
)

// diskGuest has a disk of every kind that q35 takes, but nvme, and every word.
func diskGuest() Spec {
	return newSpec(
		with(func(s *Spec) { s.IOThreads = 2 }),
		withDisk(Disk{
			Name: "log", Serial: "log", Cache: "none", IO: "io_uring", Discard: "unmap", DetectZeroes: "unmap", ErrorPolicy: "report",
			LogicalBlockSize: 4096, MinIOSize: 4096, OptIOSize: 1 << 20, DiscardGranularity: 1 << 16,
			IOThread: 2, Queues: 4, QueueSize: 512, Packed: new(true), WriteCache: new(false),
			Throttle: &Throttle{ReadBytesSec: 1 << 20, WriteBytesSec: 2 << 20, ReadBytesSecMax: 3 << 20, WriteIopsSec: 100, WriteIopsSecMax: 200, SizeIopsSec: 4096},
		}),
		withDisk(Disk{Name: "own", IOThread: OwnIOThread, Throttle: &Throttle{TotalBytesSec: 1 << 20, TotalIopsSec: 50}}),
		withDisk(Disk{
			Name: "tools", Path: "/var/lib/libvirt/images/lab-xfs.tools.qcow2",
			Base: "/nix/store/11111111111111111111111111111111-tools/nixos.qcow2", BaseFormat: "qcow2",
		}),
		withDisk(Disk{Name: "iso", Path: "/nix/store/22222222222222222222222222222222-iso/install.iso", Format: "raw", Foreign: true, ReadOnly: true}),
		withDisk(Disk{Name: "spindle", Bus: busSCSI, Serial: "spindle", WWN: "5000c50015ea71ac", RotationRate: 7200, PhysicalBlockSize: 4096}),
		withDisk(Disk{Name: "cluster", Bus: busSCSI, Path: "/dev/vg/cluster", Block: true, Foreign: true, Format: "raw", Shareable: true, OptIOSize: 1 << 18}),
		withDisk(Disk{Name: "flash", Bus: busSATA, Serial: "flash", RotationRate: 1, BootOrder: 1, Path: "/srv/flash.img", Foreign: true, Format: "raw"}),
	)
}

func TestIOThreads(t *testing.T) {
	s := newSpec(with(func(s *Spec) { s.IOThreads = 2 }),
		withDisk(Disk{Name: "a", IOThread: OwnIOThread}), withDisk(Disk{Name: "b", IOThread: 1}),
		withDisk(Disk{Name: "c"}), withDisk(Disk{Name: "d", IOThread: OwnIOThread}))
	d := libvirtxml.Domain{Devices: &libvirtxml.DomainDeviceList{}}
	assert.NilError(t, ioThreads(&s, &d))
	assert.NilError(t, virtioBlk(&s, &d))
	assert.Equal(t, d.IOThreads, uint(4))
	var got []uint
	for _, k := range d.Devices.Disks {
		if k.Driver.IOThread == nil {
			got = append(got, 0)
		} else {
			got = append(got, *k.Driver.IOThread)
		}
	}
	assert.DeepEqual(t, got, []uint{3, 1, 0, 4})
}

// TestWriteCache pairs each cache mode with a write cache that is asked for.
func TestWriteCache(t *testing.T) {
	for _, tc := range []struct {
		cache      string
		writeCache *bool
		want       string
	}{
		{"", nil, ""},
		{"directsync", nil, "directsync"},
		{"", new(false), "writethrough"},
		{"writeback", new(false), "writethrough"},
		{"none", new(false), "directsync"},
		{"directsync", new(false), "directsync"},
		{"", new(true), "writeback"},
		{"directsync", new(true), "none"},
		{"writethrough", new(true), "writeback"},
		{"unsafe", new(true), "unsafe"},
	} {
		assert.Equal(t, cacheMode(Disk{Cache: tc.cache, WriteCache: tc.writeCache}), tc.want, "%s %v", tc.cache, tc.writeCache)
	}
}

// TestManySerialDisks looks at where disks go that do not fit one controller.
func TestManySerialDisks(t *testing.T) {
	options := []option{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		options = append(options, withDisk(Disk{Name: name, Bus: busSATA}), withDisk(Disk{Name: name + "s", Bus: busSCSI}))
	}
	s := newSpec(options...)
	d := libvirtxml.Domain{Devices: &libvirtxml.DomainDeviceList{}}
	assert.NilError(t, scsi(&s, &d))
	assert.NilError(t, sata(&s, &d))
	assert.Equal(t, len(d.Devices.Controllers), 1)
	scsiLast, sataLast := d.Devices.Disks[6], d.Devices.Disks[13]
	assert.Equal(t, scsiLast.Target.Dev, "sdg")
	assert.DeepEqual(t, scsiLast.Address, driveAddress(0, 0, 6, 0))
	assert.Equal(t, sataLast.Target.Dev, "sdn")
	assert.DeepEqual(t, sataLast.Address, driveAddress(1, 0, 0, 0))
}

func TestRootGivesItsPlaceInTheBootOrder(t *testing.T) {
	for _, tc := range []struct {
		name   string
		option option
		want   uint
	}{
		{"alone", with(func(*Spec) {}), 1},
		{"a later disk", withDisk(Disk{Name: "a", BootOrder: 2}), 1},
		{"a disk before it", withDisk(Disk{Name: "a", BootOrder: 1}), 2},
		{"a device of the host", func(s *Spec) { s.HostDevices = []HostDevice{{BootOrder: 1}} }, 2},
		{"a NIC too", func(s *Spec) {
			withDisk(Disk{Name: "a", BootOrder: 1})(s)
			withNIC(NIC{MAC: "52:54:00:00:00:02", Network: "lab", BootOrder: 2})(s)
		}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, apply(t, rootDisk, tc.option).Devices.Disks[0].Boot.Order, tc.want)
		})
	}
}
