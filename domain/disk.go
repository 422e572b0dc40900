// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"libvirt.org/go/libvirtxml"
)

// Buses of a data disk.
const (
	busVirtio = "virtio"
	busNVMe   = "nvme"
	busSCSI   = "scsi"
	busSATA   = "sata"
	busIDE    = "ide"
)

// maxSerial is how many characters of a serial virtio-blk and NVMe carry.
const maxSerial = 20

var (
	// libvirt drops an alias with other characters without a word, and the
	// override of the device with it. '_' stays free for aliases that are not a disk's.
	diskName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*$`)
	// The characters of libvirt's schema (diskSerial).
	serialText = regexp.MustCompile(`^[A-Za-z0-9_.+ -]+$`)
)

// dataDisk is what every data disk has, whatever its bus: driver with cache,
// io, discard, detect_zeroes and error_policy, source with its base, blockio,
// iotune, boot order, readonly, shareable and alias. The caller adds target and
// serial, and what only its bus knows; iothread, queues and packed are
// virtio-blk's. It goes into the domain with addDisk, which adds what libvirt
// has no word for.
func dataDisk(k Disk) libvirtxml.DomainDisk {
	out := libvirtxml.DomainDisk{
		Device: "disk",
		Driver: &libvirtxml.DomainDiskDriver{
			Name: "qemu", Type: k.Format, Cache: cacheMode(k), IO: k.IO, Discard: k.Discard,
			DetectZeros: k.DetectZeroes, ErrorPolicy: k.ErrorPolicy,
		},
		Source:  diskSource(k),
		BlockIO: blockIO(k),
		IOTune:  throttle(k.Throttle),
		Alias:   &libvirtxml.DomainAlias{Name: diskAlias(k)},
	}
	if k.Base != "" {
		out.BackingStore = backingStore(k.Base, k.BaseFormat)
	}
	if k.BootOrder > 0 {
		out.Boot = &libvirtxml.DomainDeviceBoot{Order: uint(k.BootOrder)}
	}
	if k.ReadOnly {
		// On nvme the guest sees a writable disk, and each write fails.
		out.ReadOnly = &libvirtxml.DomainDiskReadOnly{}
	}
	if k.Shareable {
		out.Shareable = &libvirtxml.DomainDiskShareable{}
	}
	return out
}

// addDisk attaches a data disk with the properties that libvirt has no word for
// (a later one has discard_granularity; here all libvirts give the guest the same).
func addDisk(d *libvirtxml.Domain, k Disk, disk libvirtxml.DomainDisk) {
	d.Devices.Disks = append(d.Devices.Disks, disk)
	var properties []libvirtxml.DomainQEMUOverrideProperty
	for _, p := range []struct {
		name  string
		value uint64
	}{
		{"min_io_size", k.MinIOSize}, {"opt_io_size", k.OptIOSize}, {"discard_granularity", k.DiscardGranularity},
	} {
		if p.value > 0 {
			properties = append(properties, unsignedProperty(p.name, p.value))
		}
	}
	override(d, diskAlias(k), properties...)
}

// cacheMode is the cache mode whose device has the write cache that is asked
// for: libvirt sets QEMU's write-cache by the mode, and the modes come in pairs
// that differ in it alone.
func cacheMode(k Disk) string {
	if k.WriteCache == nil {
		return k.Cache
	}
	without := map[string]string{"": "writethrough", "default": "writethrough", "writeback": "writethrough", "none": "directsync"}
	with := map[string]string{"": "writeback", "default": "writeback", "writethrough": "writeback", "directsync": "none"}
	pairs := without
	if *k.WriteCache {
		pairs = with
	}
	if mode, ok := pairs[k.Cache]; ok {
		return mode
	}
	return k.Cache
}

// diskSource is where the disk is. While a guest runs, libvirt gives a file or a
// block device to QEMU's user, and gives it back after, to the owner that it
// remembers in an extended attribute (root on a file system without those). A
// file that the guest only reads stays with its owner: others read it too, and
// it may be in a store that nothing may change. Device nodes change hands even
// then, for these are QEMU's alone, made in its own /dev.
func diskSource(k Disk) *libvirtxml.DomainDiskSource {
	if k.Block {
		return &libvirtxml.DomainDiskSource{Block: &libvirtxml.DomainDiskSourceBlock{Dev: k.Path}}
	}
	source := fileSource(k.Path)
	if k.ReadOnly && k.Foreign {
		leaveOwner(source)
	}
	return source
}

// leaveOwner keeps libvirt from changing the owner of a file.
func leaveOwner(source *libvirtxml.DomainDiskSource) {
	source.File.SecLabel = []libvirtxml.DomainDeviceSecLabel{{Model: "dac", Relabel: "no"}}
}

func fileSource(path string) *libvirtxml.DomainDiskSource {
	return &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: path}}
}

// diskAlias keeps to the prefix that libvirt reserves for aliases of its users.
func diskAlias(k Disk) string { return "ua-" + k.Name }

// blockIO is set only where a size is asked for, and then both: with the
// logical size alone QEMU refuses one above 512, and a guest that should see
// 4096-byte sectors needs both.
func blockIO(k Disk) *libvirtxml.DomainDiskBlockIO {
	if k.LogicalBlockSize == 0 && k.PhysicalBlockSize == 0 {
		return nil
	}
	logical, physical := blockSizes(k)
	return &libvirtxml.DomainDiskBlockIO{LogicalBlockSize: uint(logical), PhysicalBlockSize: uint(physical)}
}

// blockSizes fills the size that is not said: 512 or the logical one.
func blockSizes(k Disk) (logical, physical int) {
	logical, physical = k.LogicalBlockSize, k.PhysicalBlockSize
	if logical == 0 {
		logical = 512
	}
	if physical == 0 {
		physical = logical
	}
	return logical, physical
}

// targetName is the name of the nth virtio disk, from 0: vda, vdz, vdaa.
func targetName(n int) string { return nthTarget("vd", n) }

func nthTarget(prefix string, n int) string {
	suffix := ""
	for n >= 0 {
		suffix = string(rune('a'+n%26)) + suffix
		n = n/26 - 1
	}
	return prefix + suffix
}

// onBus are the data disks of one bus, in their order.
func onBus(disks []Disk, bus string) []Disk {
	var out []Disk
	for _, k := range disks {
		if k.Bus == bus {
			out = append(out, k)
		}
	}
	return out
}

// checkDisks looks at every data disk by itself and at what must be unique.
func checkDisks(disks []Disk) error {
	names := map[string]bool{}
	for _, k := range disks {
		if err := checkDisk(k); err != nil {
			return fmt.Errorf("disk %q: %w", k.Name, err)
		}
		if names[k.Name] {
			return fmt.Errorf("disk %q: the name is taken by another disk", k.Name)
		}
		names[k.Name] = true
	}
	return nil
}

func checkDisk(k Disk) error {
	if !diskName.MatchString(k.Name) {
		return errors.New("name: only letters, digits and '-' make an alias of libvirt")
	}
	if err := absolute("source", k.Path); err != nil {
		return err
	}
	if k.Format != "qcow2" && k.Format != "raw" {
		return fmt.Errorf("format %q is neither qcow2 nor raw", k.Format)
	}
	if err := checkSource(k); err != nil {
		return err
	}
	if err := checkBus(k); err != nil {
		return err
	}
	if err := checkIO(k); err != nil {
		return err
	}
	return checkBlockSizes(k)
}

func checkSource(k Disk) error {
	if k.Shareable && k.Format != "raw" {
		return fmt.Errorf("shareable: format %s holds what one guest knows alone, raw does not", k.Format)
	}
	if k.Base == "" {
		return nil
	}
	if k.Format != "qcow2" || k.Block {
		return errors.New("base: only a qcow2 file can be an overlay")
	}
	return checkBase(k.Base, k.BaseFormat)
}

func checkBus(k Disk) error {
	if k.Bus != busNVMe && k.Controller != "" {
		return errors.New("controller: only nvme disks have one")
	}
	if k.Bus == busNVMe && k.ErrorPolicy != "" {
		return errors.New("error policy: nvme disks have none, those of other buses have")
	}
	if k.Bus != busVirtio {
		if word := virtioWord(k); word != "" {
			return fmt.Errorf("%s: %s disks cannot have one, bus virtio can", word, k.Bus)
		}
	}
	switch k.Bus {
	case busVirtio, busNVMe:
		if k.WWN != "" || k.RotationRate != 0 {
			return fmt.Errorf("wwn, rotation rate: bus %s has neither; scsi, sata and ide have", k.Bus)
		}
	case busSCSI, busSATA, busIDE:
	default:
		return fmt.Errorf("bus %q is none of virtio, nvme, scsi, sata, ide", k.Bus)
	}
	if k.Bus == busNVMe && (k.Controller != "" || k.Subsystem != "") || k.Bus != busNVMe && k.Serial == "" {
		return nil // nvme.go checks a controller's serial, other disks need none.
	}
	return checkSerial(k.Serial)
}

// virtioWord names what a disk asks of virtio-blk alone.
func virtioWord(k Disk) string {
	switch {
	case k.IOThread != 0:
		return "iothread"
	case k.Queues != 0:
		return "number of queues"
	case k.QueueSize != 0:
		return "queue size"
	case k.Packed != nil:
		return "packed queue"
	}
	return ""
}

func checkSerial(serial string) error {
	if !serialText.MatchString(serial) {
		return fmt.Errorf("serial %q: one or more of A-Z a-z 0-9 _ . + space -", serial)
	}
	if len(serial) > maxSerial {
		return fmt.Errorf("serial %q: %d characters, at most %d fit", serial, len(serial), maxSerial)
	}
	return nil
}

// checkIO holds the words to libvirt's: a word that it does not know is an
// error of its own that names no disk. QEMU's native I/O works with the page
// cache out of the way only.
func checkIO(k Disk) error {
	for _, w := range []struct {
		what, got string
		known     []string
	}{
		{"cache", k.Cache, []string{"", "default", "none", "writethrough", "writeback", "directsync", "unsafe"}},
		{"io", k.IO, []string{"", "native", "threads", "io_uring"}},
		{"discard", k.Discard, []string{"", "ignore", "unmap"}},
		{"detect zeroes", k.DetectZeroes, []string{"", "off", "on", "unmap"}},
		{"error policy", k.ErrorPolicy, []string{"", "stop", "report", "ignore", "enospace"}},
	} {
		if !slices.Contains(w.known, w.got) {
			return fmt.Errorf("%s %q is not one of %v", w.what, w.got, w.known[1:])
		}
	}
	if k.IO == "native" && k.Cache != "none" && k.Cache != "directsync" {
		return fmt.Errorf("io native needs cache none or directsync, got %q", k.Cache)
	}
	if k.Cache == "unsafe" && k.WriteCache != nil && !*k.WriteCache {
		return errors.New("write cache: cache unsafe is one (choose another cache mode to have none)")
	}
	return nil
}

// checkBlockSizes holds sizes to what QEMU takes: powers of two from 512 bytes
// to 2 MiB, the physical one no smaller than the logical one.
func checkBlockSizes(k Disk) error {
	logical, physical := blockSizes(k)
	for _, size := range []int{logical, physical} {
		if size < 512 || size > 2<<20 || size&(size-1) != 0 {
			return fmt.Errorf("block size %d is not a power of two from 512 to 2097152", size)
		}
	}
	if physical < logical {
		return fmt.Errorf("physical block size %d is smaller than the logical one, %d", physical, logical)
	}
	return nil
}
