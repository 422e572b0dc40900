// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/domain"
	"vmprov/internal/config"
)

const (
	imageDisk   = "  a: {disks: [{name: tools, image: k}]}\n"
	renewedDisk = "  a: {disks: [{name: tools, image: k, persist: false}, {name: kept, image: k}]}\n"
	pathDisk    = "  a: {disks: [{name: raw, path: /srv/raw.img}, {name: dev, path: /dev/vg/lv, bus: scsi}]}\n"
)

// rebuiltDisk is a new build of the image that disks back on.
func rebuiltDisk(d *Desired) { d.Images["k"] = built("k", 2) }

func unbuiltDisk(d *Desired) { delete(d.Images, "k") }

func TestUpOfDisks(t *testing.T) {
	for _, tc := range []upCase{
		{name: "disk image created", now: imageDisk},
		{name: "disk image created larger", now: "  a: {disks: [{name: tools, image: k, size: 8GiB}]}\n"},
		{name: "disk image not built", now: imageDisk, desired: unbuiltDisk},
		{name: "disk image rebuilt", was: renewedDisk, desired: rebuiltDisk},
		{name: "disk image rebuilt and recycled", was: renewedDisk, desired: rebuiltDisk, options: func(_ Desired, o *UpOptions) { o.Recycle = true }},
		{name: "disk image rebuilt and recreated", was: imageDisk, desired: rebuiltDisk, options: func(_ Desired, o *UpOptions) {
			o.Recreate = map[string]bool{"a": true}
		}},
		{name: "disk image of another name", was: imageDisk, now: "  a: {disks: [{name: tools, image: i}]}\n"},
		{name: "disk image of another name renewed", was: "  a: {disks: [{name: tools, image: k, persist: false}]}\n",
			now: "  a: {disks: [{name: tools, image: i, persist: false}]}\n"},
		{name: "disk image of another name stopped", was: "  a: {disks: [{name: tools, image: k, persist: false}]}\n",
			now: "  a: {disks: [{name: tools, image: i, persist: false}]}\n", observed: func(o Observed) Observed { return o.with("a", off) }},
		{name: "disk image started", was: imageDisk, desired: unbuiltDisk, observed: func(o Observed) Observed { return o.with("a", off) }},
		{name: "disk image new for a disk and another change", was: "  a: {disks: [{name: tools, size: 8GiB, persist: false}]}\n",
			now: "  a: {memory: 2GiB, disks: [{name: tools, size: 8GiB, image: k, persist: false}]}\n"},
		{name: "disk path created", now: pathDisk},
		{name: "disk preallocated", now: "  a: {disks: [{name: log, size: 1GiB, preallocation: falloc}]}\n"},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestRecycleOfDisks(t *testing.T) {
	for _, tc := range []struct {
		name, was, now string
		desired        func(*Desired)
		observed       func(Observed) Observed
	}{
		{name: "disk image rebuilt", was: renewedDisk, desired: rebuiltDisk},
		{name: "disk image not built", was: renewedDisk, desired: unbuiltDisk},
		{name: "disk image named", was: "  a: {disks: [{name: tools, image: k}], recycle: {disks: [tools]}}\n", desired: rebuiltDisk},
		{name: "disk image of another name", was: "  a: {disks: [{name: tools, image: k, persist: false}]}\n",
			now: "  a: {disks: [{name: tools, image: i, persist: false}]}\n"},
		{name: "disk image of another name not built", was: "  a: {disks: [{name: tools, image: i, persist: false}]}\n",
			now: "  a: {disks: [{name: tools, image: k, persist: false}]}\n", desired: unbuiltDisk},
		{name: "disk image on a new image of the guest", was: renewedDisk, desired: func(d *Desired) {
			rebuiltDisk(d)
			d.Images["i"] = built("i", 2)
		}},
		{name: "disk image before swap", was: renewedDisk, desired: rebuiltDisk, observed: func(o Observed) Observed { return midRecycle(o, false) }},
		{name: "disk image new for a disk", was: "  a: {disks: [{name: tools, size: 8GiB, persist: false}]}\n",
			now: "  a: {disks: [{name: tools, size: 8GiB, image: k, persist: false}]}\n"},
		{name: "disk image no more", was: "  a: {disks: [{name: tools, size: 8GiB, image: k, persist: false}]}\n",
			now: "  a: {disks: [{name: tools, size: 8GiB, persist: false}]}\n"},
		{name: "counted disks", was: "  a: {disks: [{name: s, size: 1GiB, count: 2, persist: false}]}\n"},
		{name: "path disk named", was: "  a: {disks: [{name: raw, path: /srv/raw.img}], recycle: {disks: []}}\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.now == "" {
				tc.now = tc.was
			}
			o, d := settled(declare(t, tc.was)), declare(t, tc.now)
			if tc.desired != nil {
				tc.desired(&d)
			}
			if tc.observed != nil {
				o = tc.observed(o)
			}
			p, err := DiffRecycle(d, o, RecycleOptions{Selected: d.Declared, Canary: 1})
			assert.NilError(t, err)
			checkGraph(t, p)
			golden.Assert(t, explain(p, d), "recycle/"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
		})
	}
}

// TestDestroyLeavesPaths: what a disk names by path is nobody's to delete.
func TestDestroyLeavesPaths(t *testing.T) {
	d := declare(t, "  a: {disks: [{name: raw, path: /srv/raw.img}, {name: tools, image: k}]}\n")
	p, err := DiffDestroy(d, settled(d), DestroyOptions{Guests: []string{"a"}, All: true})
	assert.NilError(t, err)
	checkGraph(t, p)
	golden.Assert(t, explain(p, d), "destroy/image-and-path-disks.golden")
}

// TestStartChecksDisks: an overlay is looked at before each start but the first.
func TestStartChecksDisks(t *testing.T) {
	d := declare(t, imageDisk)
	for _, o := range []Observed{{Pool: emptyPool()}, settled(d).with("a", off)} {
		p, err := DiffUp(d, o, all(d))
		assert.NilError(t, err)
		var starts int
		for _, a := range p.Actions {
			if op, ok := a.Op.(startDomain); ok {
				starts++
				if op.made {
					assert.Equal(t, len(op.disks), 0)
					continue
				}
				assert.Equal(t, len(op.disks), 1)
				assert.Equal(t, op.disks[0].path, "/var/lib/libvirt/images/vmprov/p-a.tools.qcow2")
				assert.Equal(t, op.disks[0].base, "/nix/store/k-1/nixos.qcow2")
				assert.Equal(t, op.disks[0].advice, "`vmprov up --recreate a` makes the guest anew and loses its data disks")
			}
		}
		assert.Equal(t, starts, 1)
	}
}

// TestRenderDisks looks at what every word of a disk becomes.
func TestRenderDisks(t *testing.T) {
	d := declare(t, `  a:
    iothreads: 2
    disks:
      - {name: log, size: 1GiB, bus: virtio, serial: s1, bootOrder: 2, readOnly: true, logicalBlockSize: 4096, physicalBlockSize: 8192,
         minIOSize: 4KiB, optIOSize: 1MiB, discardGranularity: 64KiB, cache: none, io: native, discard: ignore, detectZeroes: on,
         errorPolicy: report, iothread: 2, queues: 3, queueSize: 256, packed: false, writeCache: false,
         throttle: {totalBytesSec: 1MiB, totalIopsSec: 5, totalBytesSecMax: 2MiB, totalIopsSecMax: 6, sizeIopsSec: 4KiB}}
      - {name: own, size: 1GiB, iothread: true, throttle: {readBytesSec: 1, writeBytesSec: 2, readIopsSec: 3, writeIopsSec: 4,
         readBytesSecMax: 5, writeBytesSecMax: 6, readIopsSecMax: 7, writeIopsSecMax: 8}}
      - {name: spin, bus: scsi, path: /dev/sdz, wwn: 5000c50015ea71aa, rotationRate: 7200, shareable: true}
      - {name: tools, image: k}
`)
	spec := d.Declared[0]
	s := newBuilder(d, Observed{}).sequence(spec)
	s.pool = emptyPool()
	base, _ := d.base(spec)
	got := rendering{desired: d, spec: spec, mark: s.newMark(base), pool: s.pool}.disks("p-a")
	const pool = "/var/lib/libvirt/images/vmprov/p-a."
	assert.DeepEqual(t, got, []domain.Disk{
		{
			Name: "log", Path: pool + "log.qcow2", Format: "qcow2", Bus: "virtio", Serial: "s1", BootOrder: 2, ReadOnly: true,
			LogicalBlockSize: 4096, PhysicalBlockSize: 8192, MinIOSize: 4096, OptIOSize: 1 << 20, DiscardGranularity: 1 << 16,
			Cache: "none", IO: "native", Discard: "ignore", DetectZeroes: "on", ErrorPolicy: "report",
			IOThread: 2, Queues: 3, QueueSize: 256, Packed: new(false), WriteCache: new(false),
			Throttle: &domain.Throttle{TotalBytesSec: 1 << 20, TotalIopsSec: 5, TotalBytesSecMax: 2 << 20, TotalIopsSecMax: 6, SizeIopsSec: 4096},
		},
		{
			Name: "own", Path: pool + "own.qcow2", Format: "qcow2", Bus: "virtio", Serial: "own", Discard: "unmap", IOThread: domain.OwnIOThread,
			Throttle: &domain.Throttle{ReadBytesSec: 1, WriteBytesSec: 2, ReadIopsSec: 3, WriteIopsSec: 4, ReadBytesSecMax: 5, WriteBytesSecMax: 6, ReadIopsSecMax: 7, WriteIopsSecMax: 8},
		},
		{
			Name: "spin", Path: "/dev/sdz", Block: true, Foreign: true, Format: "raw", Bus: "scsi", Serial: "spin", Discard: "unmap",
			WWN: "5000c50015ea71aa", RotationRate: 7200, Shareable: true,
		},
		{
			Name: "tools", Path: pool + "tools.qcow2", Format: "qcow2", Bus: "virtio", Serial: "tools", Discard: "unmap",
			Base: "/nix/store/k-1/nixos.qcow2", BaseFormat: "qcow2",
		},
	})
}

func TestDiskDevice(t *testing.T) {
	for _, tc := range []struct {
		disk config.Disk
		want string
	}{
		{config.Disk{Bus: config.BusVirtio, Serial: "log"}, "/dev/disk/by-id/virtio-log"},
		{config.Disk{Bus: config.BusSCSI, Serial: "log"}, "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_log"},
		{config.Disk{Bus: config.BusSCSI, Serial: "log", WWN: "5000c50015ea71aa"}, "/dev/disk/by-id/wwn-0x5000c50015ea71aa"},
	} {
		assert.Equal(t, diskDevice(config.Guest{}, tc.disk), tc.want)
	}
}

// TestGrowDiskOnAnImage: a disk is never made smaller than the image below it.
func TestGrowDiskOnAnImage(t *testing.T) {
	d := declare(t, "  a: {disks: [{name: tools, image: k, size: 2GiB}]}\n")
	o := settled(declare(t, "  a: {disks: [{name: tools, image: k, size: 1GiB}]}\n"))
	p, err := DiffUp(d, o, all(d))
	assert.NilError(t, err)
	var grown []uint64
	for _, a := range p.Actions {
		if step, ok := a.Op.(liveStep); ok {
			if op, ok := step.op.(growDisk); ok {
				grown = append(grown, op.bytes)
			}
		}
	}
	assert.DeepEqual(t, grown, []uint64{4 << 30})
}
