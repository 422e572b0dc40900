// SPDX-License-Identifier: Apache-2.0

package config

import "cmp"

const (
	defaultZoneSize = Size(128 << 20)
	// maxZRWA is the largest random write area in blocks, a field of 16 bits.
	maxZRWA = 65535
	// extensionUnit is what the size of a zone descriptor extension counts in,
	// maxExtension the most of these units.
	extensionUnit, maxExtension = Size(64), 255
)

// namespace checks what a disk is as an NVMe namespace.
func (v validator) namespace(f family, d Disk, at string) {
	if d.Bus != BusNVMe || v.isBroken(at+".bus") {
		return
	}
	v.namespaceOf(f, d, at)
	v.zoned(f, d, at)
	v.protection(d, at)
	v.atomic(f, d, at)
	v.handles(f, d, at)
}

// namespaceOf checks the controller or the subsystem that a disk names.
func (v validator) namespaceOf(f family, d Disk, at string) {
	controller, subsystem := v.layout.said(at+".controller"), v.layout.said(at+".subsystem")
	if controller && subsystem {
		v.key(at+".subsystem", "must not be given with `controller`: a namespace is of one controller, or of all of a subsystem")
		return
	}
	if controller {
		v.label(at+".controller", d.Controller)
	}
	if subsystem {
		v.knownSubsystem(f, d.Subsystem, at+".subsystem")
	}
	if d.NSID > 1 && !controller && !subsystem {
		v.value(at+".nsid", "must be 1 on a controller of its own; name a `controller` for another, got %d", d.NSID)
	}
}

// zoned checks the zones of a namespace as QEMU does, and that a zone is whole
// blocks, to which QEMU would cut it without a word.
func (v validator) zoned(f family, d Disk, at string) {
	if d.Zoned == nil || v.isBroken(at+".zoned") {
		return
	}
	if *d.Persist && d.Path == "" {
		v.key(at+".zoned", "must be given with `persist: false`: the zones are empty after every start of QEMU")
	}
	if f.spec.subsystem(d.group(f.spec).subsystem).FDP != nil {
		v.key(at+".zoned", "must not be given in a subsystem with `fdp`")
	}
	at += ".zoned"
	block := blockOf(d)
	v.zones(d, block, at)
	if z := d.Zoned; z.MaxActive > 0 && z.MaxOpen > z.MaxActive {
		v.value(at+".maxOpen", "must be at most maxActive, which is %d, got %d", z.MaxActive, z.MaxOpen)
	}
	if e := d.Zoned.DescriptorExtension; e%extensionUnit != 0 || e/extensionUnit > maxExtension {
		v.value(at+".descriptorExtension", "must be a multiple of %s up to %s, got %s", extensionUnit, extensionUnit*maxExtension, e)
	}
	if d.Zoned.ZRWA != nil {
		v.zrwa(*d.Zoned, block, at+".zrwa")
	}
}

// blockOf is the logical block size of a disk.
func blockOf(d Disk) Size { return Size(cmp.Or(d.LogicalBlockSize, minBlock)) }

// zones checks the size of the zones, and that the disk has one.
func (v validator) zones(d Disk, block Size, at string) {
	size := cmp.Or(d.Zoned.ZoneSize, defaultZoneSize)
	capacity := cmp.Or(d.Zoned.ZoneCapacity, size)
	for key, value := range map[string]Size{"zoneSize": d.Zoned.ZoneSize, "zoneCapacity": d.Zoned.ZoneCapacity} {
		if path := at + "." + key; v.layout.said(path) && (value == 0 || value%block != 0) {
			v.value(path, "must be a multiple of the logical block size %d and more than 0, got %s", uint64(block), value)
			return
		}
	}
	if capacity > size && !v.isBroken(at+".zoneSize") {
		v.value(at+".zoneCapacity", "must be at most the size of a zone, %s, got %s", size, capacity)
	}
	if room := usable(d); d.Size > 0 && size > room {
		v.value(at+".zoneSize", "must be at most what the disk holds, %s, got %s", room, size)
	}
}

// usable is what a disk holds beside its metadata.
func usable(d Disk) Size {
	block, metadata := blockOf(d), Size(0)
	if d.Protection != nil {
		metadata = Size(max(d.Protection.MetadataSize, 0))
	}
	return d.Size / (block + metadata) * block
}

// zrwa checks the random write areas of the zones.
func (v validator) zrwa(z Zoned, block Size, at string) {
	area := z.ZRWA
	for key, value := range map[string]Size{"size": area.Size, "granularity": area.Granularity} {
		path := at + "." + key
		if v.isBroken(path) {
			return
		}
		if value == 0 || value%block != 0 || value/block > maxZRWA {
			v.value(path, "must be a multiple of the logical block size %d, of 1 to %d blocks, got %s", uint64(block), maxZRWA, value)
			return
		}
	}
	if area.Size%area.Granularity != 0 {
		v.value(at+".size", "must be a multiple of the granularity, %s, got %s", area.Granularity, area.Size)
	}
	if z.MaxActive > 0 && area.Resources > z.MaxActive {
		v.value(at+".resources", "must be at most maxActive, which is %d, got %d", z.MaxActive, area.Resources)
	}
}

// protection checks that the metadata has room for the protection information.
func (v validator) protection(d Disk, at string) {
	p := d.Protection
	if p == nil || v.isBroken(at+".protection") {
		return
	}
	at += ".protection"
	if v.layout.said(at+".guard") && p.Guard != 16 && p.Guard != 64 {
		v.value(at+".guard", "must be 16 or 64 bits, got %d", p.Guard)
		return
	}
	if p.Type == 0 {
		for key, said := range map[string]bool{"first": p.First, "guard": p.Guard != 0} {
			if said && !v.isBroken(at+".type") {
				v.key(at+"."+key, "must only be given with a `type` of protection information")
			}
		}
		return
	}
	guard, least := cmp.Or(p.Guard, 16), 8
	if guard == 64 {
		least = 16
	}
	if p.MetadataSize < least {
		v.value(at+".metadataSize", "must be at least %d with a guard of %d bits, got %d", least, guard, p.MetadataSize)
	}
}

// atomic checks the atomic write limits of a namespace against each other and
// against those of its controllers.
func (v validator) atomic(f family, d Disk, at string) {
	a := d.Atomic
	if a == nil || v.hasBroken(at+".atomic") {
		return
	}
	at += ".atomic"
	if *a == (AtomicNS{}) {
		v.key(at, "must have a limit above 0, such as `nawun`")
	}
	awun, awupf := f.spec.atomicUnits(d)
	if a.NAWUPF > a.NAWUN {
		v.value(at+".nawupf", "must be at most nawun, which is %d, got %d", a.NAWUN, a.NAWUPF)
	}
	limits := []struct {
		key          string
		value, least int
		of           string
	}{
		{"nawun", a.NAWUN, awun, "the controller's awun"},
		{"nawupf", a.NAWUPF, awupf, "the controller's awupf"},
		{"nabsn", a.NABSN, max(a.NAWUN, awun), "nawun and the controller's awun"},
		{"nabspf", a.NABSPF, max(a.NAWUPF, awupf), "nawupf and the controller's awupf"},
	}
	for _, l := range limits {
		if l.value > 0 && l.value < l.least {
			v.value(at+"."+l.key, "must be at least %s, %d, got %d", l.of, l.least, l.value)
		}
	}
	if most := min(a.NABSN, a.NABSPF); a.NABO > most {
		v.value(at+".nabo", "must be at most nabsn and nabspf, %d, got %d", most, a.NABO)
	}
}

// atomicUnits are the largest atomic write units of the controllers of a disk.
func (g Guest) atomicUnits(d Disk) (awun, awupf int) {
	if g.NVMe == nil {
		return 0, 0
	}
	for name, c := range g.NVMe.Controllers {
		if c.Atomic != nil && (Disk{Controller: name}).group(g) == d.group(g) {
			awun, awupf = max(awun, c.Atomic.AWUN), max(awupf, c.Atomic.AWUPF)
		}
	}
	return awun, awupf
}
