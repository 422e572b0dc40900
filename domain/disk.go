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

// dataDisk is what every data disk has, whatever its bus; the caller adds
// target and serial.
func dataDisk(k Disk) libvirtxml.DomainDisk {
	out := libvirtxml.DomainDisk{
		Device:  "disk",
		Driver:  &libvirtxml.DomainDiskDriver{Name: "qemu", Type: k.Format, Cache: k.Cache, IO: k.IO, Discard: k.Discard},
		Source:  fileSource(k.Path),
		BlockIO: blockIO(k),
		Alias:   &libvirtxml.DomainAlias{Name: diskAlias(k)},
	}
	if k.ReadOnly {
		// On nvme the guest sees a writable disk, and each write fails.
		out.ReadOnly = &libvirtxml.DomainDiskReadOnly{}
	}
	return out
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

// targetName is the name of the nth virtio disk: vda, vdz, vdaa.
func targetName(n int) string {
	suffix := ""
	for n >= 0 {
		suffix = string(rune('a'+n%26)) + suffix
		n = n/26 - 1
	}
	return "vd" + suffix
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
	if err := checkBus(k); err != nil {
		return err
	}
	if err := checkIO(k); err != nil {
		return err
	}
	return checkBlockSizes(k)
}

func checkBus(k Disk) error {
	switch k.Bus {
	case busVirtio:
		if k.Controller != "" {
			return errors.New("controller: only nvme disks have one")
		}
		if k.Serial == "" {
			return nil
		}
		return checkSerial(k.Serial)
	case busNVMe:
		if k.IOThread {
			return errors.New("iothread: nvme disks cannot have one, bus virtio can")
		}
		if k.Controller != "" {
			return nil // nvme.go checks the controller's serial.
		}
		return checkSerial(k.Serial)
	}
	return fmt.Errorf("bus %q is neither virtio nor nvme", k.Bus)
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
	} {
		if !slices.Contains(w.known, w.got) {
			return fmt.Errorf("%s %q is not one of %v", w.what, w.got, w.known[1:])
		}
	}
	if k.IO == "native" && k.Cache != "none" && k.Cache != "directsync" {
		return fmt.Errorf("io native needs cache none or directsync, got %q", k.Cache)
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
