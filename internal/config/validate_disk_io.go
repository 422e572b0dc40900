// SPDX-License-Identifier: Apache-2.0

package config

import "cmp"

const (
	minBlock = 512
	maxBlock = 65536
	// maxMinIO is the largest minimum I/O size in logical blocks, a field of 16 bits.
	maxMinIO = 65535
	// maxIOSize bounds what QEMU keeps in 32 bits.
	maxIOSize = Size(1<<32 - 1)
)

// blocks checks the geometry that the guest sees.
func (v validator) blocks(d Disk, at string) {
	if !v.blockSizes(d, at) {
		return
	}
	logical := cmp.Or(d.LogicalBlockSize, minBlock)
	if physical := cmp.Or(d.PhysicalBlockSize, logical); physical < logical {
		v.value(at+".physicalBlockSize", "must not be smaller than the logical block size %d, got %d", logical, physical)
	}
	if v.layout.said(at+".size") && (d.Size == 0 || d.Size%Size(logical) != 0) {
		v.value(at+".size", "must be a multiple of the logical block size %d and more than 0, got %s", logical, d.Size)
	}
	if (d.Bus == BusSATA || d.Bus == BusIDE) && logical != minBlock && !v.isBroken(at+".bus") {
		v.value(at+".logicalBlockSize", "must be %d with bus %s, got %d; its physical block size may be larger", minBlock, d.Bus, logical)
	}
	v.ioSizes(d, at, Size(logical))
}

// blockSizes checks the sizes of blocks each alone.
func (v validator) blockSizes(d Disk, at string) bool {
	for key, value := range map[string]int{"logicalBlockSize": d.LogicalBlockSize, "physicalBlockSize": d.PhysicalBlockSize} {
		path := at + "." + key
		if !v.layout.said(path) {
			continue
		}
		if v.isBroken(path) {
			return false
		}
		if !isBlockSize(value) {
			v.value(path, "must be a power of two from %d to %d, got %d", minBlock, maxBlock, value)
			return false
		}
	}
	return true
}

func isBlockSize(n int) bool { return n >= minBlock && n <= maxBlock && n&(n-1) == 0 }

// ioSizes checks what the device says of good requests.
func (v validator) ioSizes(d Disk, at string, logical Size) {
	for key, value := range map[string]Size{"minIOSize": d.MinIOSize, "optIOSize": d.OptIOSize, "discardGranularity": d.DiscardGranularity} {
		path := at + "." + key
		switch {
		case !v.layout.said(path):
		case !names(d.Bus, key) && !v.isBroken(at+".bus"):
			v.key(path, "must not be given with bus %s, whose devices do not name it", d.Bus)
		case value == 0 || value%logical != 0:
			v.value(path, "must be a multiple of the logical block size %d and more than 0, got %s", logical, value)
		case value > maxIOSize:
			v.value(path, "must be less than 4GiB, got %s", value)
		case key == "minIOSize" && value/logical > maxMinIO:
			v.value(path, "must be at most %d logical blocks of %d, got %s", maxMinIO, logical, value)
		}
	}
}

// names says that devices of a bus tell the guest of such a size. QEMU refuses
// a discard granularity of ATA disks, and keeps the other sizes to itself there
// and on nvme.
func names(bus Bus, key string) bool {
	switch bus {
	case BusSATA, BusIDE:
		return false
	case BusNVMe:
		return key == "discardGranularity"
	}
	return true
}

// hostIO checks how the host reads and writes a disk.
func (v validator) hostIO(f family, d Disk, at string) {
	if d.IO == "native" && d.Cache != "none" && d.Cache != "directsync" && !v.isBroken(at+".cache") {
		v.value(at+".io", "must have cache none or directsync when it is native, got cache %s", cmp.Or(d.Cache, "default"))
	}
	if d.DetectZeroes == "unmap" && d.Discard != "unmap" && !v.isBroken(at+".discard") {
		v.value(at+".detectZeroes", "must have discard unmap when it is unmap, got discard %s", d.Discard)
	}
	if d.Cache == "unsafe" && d.WriteCache != nil && !*d.WriteCache {
		v.value(at+".writeCache", "must not be false with cache unsafe, which is nothing but a write cache")
	}
	if threads := f.spec.IOThreads; int(d.IOThread) > threads && d.Bus == BusVirtio && !v.isBroken(f.at("iothreads")) {
		v.value(at+".iothread", "must be true or at most the guest's `iothreads`, which are %d, got %d", threads, d.IOThread)
	}
}
