// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"regexp"
	"strings"
)

const (
	maxSerial    = 20 // of virtio-blk, ATA and NVMe
	maxIDE       = 4  // two channels of two
	reservedDisk = "root"
)

var (
	serialForm     = regexp.MustCompile(`^[A-Za-z0-9_.+-]+$`)
	wwnForm        = regexp.MustCompile(`^[0-9a-f]{16}$`)
	filesystemForm = regexp.MustCompile(`^[a-z0-9]+$`)
)

// diskSet is what the disks of a guest must not have twice, and who has it.
type diskSet struct {
	names   map[string]bool
	serials map[string]string
	wwns    map[string]string
	ide     int
}

// disks checks the disks of a family's guests, each alone and all together.
func (v validator) disks(f family) {
	for i, d := range f.decl.Disks {
		v.placeholders(d, item(f.at("disks"), i))
	}
	set := diskSet{names: map[string]bool{}, serials: map[string]string{}, wwns: map[string]string{}}
	// Of disks that are alike one tells what is wrong.
	faulty := map[string]bool{}
	namespaces := f.spec.namespaces()
	for i, d := range f.spec.Disks {
		at, before := f.diskAt(i), len(v.faults)
		if faulty[at] {
			continue
		}
		v.diskName(d, at, &set)
		v.diskBus(f, d, at, &set)
		v.serial(f, d, namespaces[i], at, &set)
		v.source(d, at)
		v.blocks(d, at)
		v.hostIO(f, d, at)
		v.throttle(d, at)
		v.namespace(f, d, at)
		v.filesystem(d, at)
		faulty[at] = len(v.faults) > before
	}
	v.nvme(f, namespaces)
	v.places(f)
	v.bootOrders(f)
	v.renewed(f)
}

func (v validator) diskName(d Disk, at string, set *diskSet) {
	at += ".name"
	v.label(at, d.Name)
	if d.Name == reservedDisk {
		v.value(at, "must not be `root`, which is the disk of the image")
	}
	if set.names[d.Name] {
		v.value(at, "must be unique in the guest, got %s again", quote(d.Name))
	}
	set.names[d.Name] = true
}

// serial checks what the guest will see: Linux drops one of two NVMe
// controllers with the same serial, and links of virtio disks would meet.
func (v validator) serial(f family, d Disk, n nvmeNamespace, at string, set *diskSet) {
	serial := n.serial
	from, what := at+".name", "disk "+d.Name
	switch {
	case n.shared && d.Subsystem != "":
		from, what = at+".subsystem", "subsystem "+d.Subsystem
	case n.shared:
		from, what = f.serialOf(d, at)
	case v.layout.said(at + ".serial"):
		from = at + ".serial"
	}
	if n.shared && d.Serial != "" {
		v.key(at+".serial", "must not be given with `%s`: a namespace has the serial of its controller", map[bool]string{true: "subsystem", false: "controller"}[d.Subsystem != ""])
	}
	if v.isBroken(from) || v.isBroken(at+".bus") {
		return
	}
	v.serialForm(from, serial)
	if other, taken := set.serials[serial]; taken && other != what {
		v.value(from, "must be a serial of its own in the guest, got %s, which is that of %s", quote(serial), other)
		return
	}
	set.serials[serial] = what
}

// serialOf is the path that gives the serial of the controller of a
// namespace, and what has it.
func (f family) serialOf(d Disk, at string) (from, what string) {
	if s := f.spec.controller(d.Controller).Subsystem; s != "" {
		return at + ".controller", "subsystem " + s
	}
	if own := join(f.at("nvme.controllers"), d.Controller) + ".serial"; f.layout.said(own) {
		return own, "controller " + d.Controller
	}
	return at + ".controller", "controller " + d.Controller
}

// serialForm checks the length and the letters of a serial.
func (v validator) serialForm(at, serial string) {
	switch {
	case len(serial) > maxSerial:
		v.value(at, "must have at most %d characters as the serial of a disk, got %d in %s", maxSerial, len(serial), quote(serial))
	case strings.HasSuffix(at, ".serial") && !serialForm.MatchString(serial):
		v.value(at, "must have only letters, digits and `_.+-`, got %s", quote(serial))
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
	if d.ReadOnly && d.Path == "" && d.Image == "" && !v.isBroken(at+".path") && !v.isBroken(at+".image") {
		v.key(at+".readOnly", "must not be given with `filesystem` on a new disk, on which the guest could not make it")
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

// bootOrders checks that no two devices of a guest have the same place.
func (v validator) bootOrders(f family) {
	owner := map[int]string{}
	check := func(order int, at, what string) {
		if order == 0 || v.isBroken(at+".bootOrder") {
			return
		}
		if other, taken := owner[order]; taken {
			v.value(at+".bootOrder", "must be a place of its own in the guest, got %d, which is that of %s", order, other)
			return
		}
		owner[order] = what
	}
	for i, d := range f.spec.Disks {
		check(d.BootOrder, f.diskAt(i), "disk "+d.Name)
	}
	for i, n := range f.spec.Networks {
		check(n.BootOrder, item(f.at("networks"), i), "NIC "+cmp.Or(n.Name, n.Network))
	}
	for i, h := range f.spec.HostDevices {
		check(h.BootOrder, item(f.at("hostDevices"), i), "hostDevice "+h.Name)
	}
}

// renewed checks that what recycle is to make anew is vmprov's to make.
func (v validator) renewed(f family) {
	if f.decl.Recycle == nil {
		return
	}
	for i, name := range f.decl.Recycle.Disks {
		for _, of := range disksNamed(f.decl.Disks, []string{name}) {
			if d, ok := f.spec.Disk(of); ok && d.Path != "" {
				v.value(item(f.at("recycle.disks"), i), "must not be a disk with `path`, which vmprov never makes anew, got %s", quote(name))
				break
			}
		}
	}
}
