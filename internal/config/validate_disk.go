// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"regexp"
)

const (
	minBlock      = 512
	maxBlock      = 65536
	maxSerial     = 20
	maxNamespaces = 256 // of one controller, NVME_MAX_NAMESPACES of QEMU
	reservedDisk  = "root"
)

var (
	serialForm     = regexp.MustCompile(`^[A-Za-z0-9_.+-]+$`)
	filesystemForm = regexp.MustCompile(`^[a-z0-9]+$`)
)

// disks checks the disks of a family's guests, each alone and all together.
func (v validator) disks(f family) {
	names, serials := map[string]bool{}, map[string]string{}
	namespaces := map[string]int{}
	for i, d := range f.spec.Disks {
		at := item(f.at("disks"), i)
		v.diskName(d, at, names)
		v.controller(d, at, namespaces)
		v.serial(d, at, serials)
		v.blocks(d, at)
		v.hostIO(d, at)
		v.filesystem(d, at)
	}
}

func (v validator) diskName(d Disk, at string, names map[string]bool) {
	at += ".name"
	v.label(at, d.Name)
	if d.Name == reservedDisk {
		v.value(at, "must not be `root`, which is the disk of the image")
	}
	if names[d.Name] {
		v.value(at, "must be unique in the guest, got %s again", quote(d.Name))
	}
	names[d.Name] = true
}

func (v validator) controller(d Disk, at string, namespaces map[string]int) {
	if d.Controller == "" || v.isBroken(at+".bus") {
		return
	}
	if d.Bus != BusNVMe {
		v.key(at+".controller", "must only be given with bus nvme, got bus %s", d.Bus)
		return
	}
	v.label(at+".controller", d.Controller)
	if d.Serial != "" {
		v.key(at+".serial", "must not be given with `controller`: a namespace has its controller's serial, which is the controller's name")
	}
	namespaces[d.Controller]++
	if namespaces[d.Controller] == maxNamespaces+1 {
		v.value(at+".controller", "must have at most %d disks, got more on %s", maxNamespaces, quote(d.Controller))
	}
}

// serial checks what the guest will see: Linux drops one of two NVMe
// controllers with the same serial, and links of virtio disks would meet.
func (v validator) serial(d Disk, at string, owner map[string]string) {
	serial := cmp.Or(d.Controller, d.Serial)
	// The key that gives the serial; a disk's name does when nothing else is said.
	from, what := at+".name", "disk "+d.Name
	switch {
	case d.Controller != "":
		from, what = at+".controller", "controller "+d.Controller
	case v.layout.said(at + ".serial"):
		from = at + ".serial"
	}
	if v.isBroken(from) {
		return
	}
	switch {
	case len(serial) > maxSerial:
		v.value(from, "must have at most %d characters as the serial of a disk, got %d in %s", maxSerial, len(serial), quote(serial))
	case from == at+".serial" && !serialForm.MatchString(serial):
		v.value(from, "must have only letters, digits and `_.+-`, got %s", quote(serial))
	}
	if other, taken := owner[serial]; taken && other != what {
		v.value(from, "must be a serial of its own in the guest, got %s, which is that of %s", quote(serial), other)
		return
	}
	owner[serial] = what
}

func (v validator) blocks(d Disk, at string) {
	sizes := []struct {
		key   string
		value int
	}{{"logicalBlockSize", d.LogicalBlockSize}, {"physicalBlockSize", d.PhysicalBlockSize}}
	for _, s := range sizes {
		if path := at + "." + s.key; v.layout.said(path) && !isBlockSize(s.value) {
			v.value(path, "must be a power of two from %d to %d, got %d", minBlock, maxBlock, s.value)
			return
		}
	}
	logical := cmp.Or(d.LogicalBlockSize, minBlock)
	if physical := cmp.Or(d.PhysicalBlockSize, logical); physical < logical {
		v.value(at+".physicalBlockSize", "must not be smaller than the logical block size %d, got %d", logical, physical)
	}
	if d.Size == 0 || d.Size%Size(logical) != 0 {
		v.value(at+".size", "must be a multiple of the logical block size %d and more than 0, got %s", logical, d.Size)
	}
}

func isBlockSize(n int) bool { return n >= minBlock && n <= maxBlock && n&(n-1) == 0 }

// hostIO checks how the host reads and writes a disk.
func (v validator) hostIO(d Disk, at string) {
	if d.IO == "native" && d.Cache != "none" && d.Cache != "directsync" && !v.isBroken(at+".cache") {
		v.value(at+".io", "must have cache none or directsync when it is native, got cache %s", cmp.Or(d.Cache, "default"))
	}
	if d.IOThread != 0 && d.Bus != BusVirtio && !v.isBroken(at+".bus") {
		v.key(at+".iothread", "must only be given with bus virtio, got bus %s", d.Bus)
	}
}

func (v validator) filesystem(d Disk, at string) {
	switch {
	case d.Filesystem == nil && d.Target != "" && !v.isBroken(at+".filesystem"):
		v.key(at+".target", "must be given with `filesystem`, which says what to mount there")
	case d.Filesystem != nil && d.Target == "" && !v.isBroken(at+".target"):
		v.key(at+".filesystem", "must be given with `target`: it is made when the guest mounts it first")
	}
	if d.Filesystem == nil {
		return
	}
	if kind := d.Filesystem.Type; !filesystemForm.MatchString(kind) {
		v.value(at+".filesystem.type", "must be a file system type such as xfs or ext4, got %s", quote(kind))
	}
	for i, arg := range d.Filesystem.MkfsArgs {
		if arg == "" {
			v.value(item(at+".filesystem.mkfsArgs", i), "must not be empty")
		}
	}
}
