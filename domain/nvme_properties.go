// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"strconv"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// What libvirt has no words for, old or new, goes to QEMU's devices as
// properties (<qemu:override>), the same in either rendering.

type properties = []libvirtxml.DomainQEMUOverrideProperty

// properties of a controller (QEMU's nvme) beyond its serial.
func (c nvmeController) properties() properties {
	var out properties
	if c.Subsystem != "" {
		out = append(out, stringProperty("subsys", subsystemAlias(c.Subsystem)))
	}
	if c.MDTS != nil {
		out = append(out, unsignedProperty("mdts", *c.MDTS))
	}
	out = appendUnsigned(out, "max_ioqpairs", c.IOQueues)
	out = appendUnsigned(out, "cmb_size_mb", c.CMB>>20)
	if c.ZASL != nil {
		out = append(out, unsignedProperty("zoned.zasl", *c.ZASL))
	}
	if a := c.Atomic; a != nil {
		out = append(out, boolProperty("atomic.dn", a.DN),
			unsignedProperty("atomic.awun", a.AWUN), unsignedProperty("atomic.awupf", a.AWUPF))
	}
	return out
}

// subsystemProperties are those of an nvme-subsys.
func subsystemProperties(s NVMeSubsystem) properties {
	out := properties{stringProperty("nqn", s.NQN)}
	if f := s.FDP; f != nil {
		out = append(out, boolProperty("fdp", true))
		out = appendUnsigned(out, "fdp.runs", f.ReclaimUnitSize)
		out = appendUnsigned(out, "fdp.nrg", f.ReclaimGroups)
		out = append(out, unsignedProperty("fdp.nruh", f.ReclaimUnitHandles))
	}
	return out
}

// properties of a namespace (nvme-ns) beyond its drive and number.
func (n nvmeNamespace) properties() properties {
	var out properties
	if n.private {
		// QEMU shares every namespace of a subsystem unless it is told (6.2 and later).
		out = append(out, boolProperty("shared", false))
	}
	out = append(out, zonedProperties(n.Namespace.Zoned)...)
	out = append(out, protectionProperties(n.Namespace.Protection)...)
	out = append(out, atomicProperties(n.Namespace.Atomic)...)
	if handles := n.Namespace.ReclaimUnitHandles; len(handles) > 0 {
		words := make([]string, len(handles))
		for i, h := range handles {
			words[i] = strconv.Itoa(h)
		}
		out = append(out, stringProperty("fdp.ruhs", strings.Join(words, ";")))
	}
	return out
}

func zonedProperties(z *Zoned) properties {
	if z == nil {
		return nil
	}
	out := properties{boolProperty("zoned", true)}
	out = appendUnsigned(out, "zoned.zone_size", z.ZoneSize)
	out = appendUnsigned(out, "zoned.zone_capacity", z.ZoneCapacity)
	out = appendUnsigned(out, "zoned.max_open", z.MaxOpen)
	out = appendUnsigned(out, "zoned.max_active", z.MaxActive)
	if z.CrossRead {
		out = append(out, boolProperty("zoned.cross_read", true))
	}
	out = appendUnsigned(out, "zoned.descr_ext_size", z.DescriptorExtension)
	if r := z.RandomWrite; r != nil {
		out = append(out, unsignedProperty("zoned.zrwas", r.Size), unsignedProperty("zoned.zrwafg", r.Granularity),
			unsignedProperty("zoned.numzrwa", r.Resources))
	}
	return out
}

// pifGuard64 is QEMU's number for protection information with a guard of 64
// bits (the storage tag's format, STF 64b).
const pifGuard64 = 2

func protectionProperties(p *Protection) properties {
	if p == nil {
		return nil
	}
	out := properties{unsignedProperty("ms", p.MetadataSize)}
	if p.Extended {
		out = append(out, unsignedProperty("mset", 1))
	}
	if p.Type == 0 {
		return out
	}
	out = append(out, unsignedProperty("pi", p.Type))
	if p.First {
		out = append(out, unsignedProperty("pil", 1))
	}
	if p.Guard64 {
		out = append(out, unsignedProperty("pif", pifGuard64))
	}
	return out
}

func atomicProperties(a *AtomicNamespace) properties {
	if a == nil {
		return nil
	}
	var out properties
	if a.Switch {
		out = append(out, boolProperty("atomic.nsfeat", true))
	}
	return append(out, unsignedProperty("atomic.nawun", a.NAWUN), unsignedProperty("atomic.nawupf", a.NAWUPF),
		unsignedProperty("atomic.nabsn", a.NABSN), unsignedProperty("atomic.nabspf", a.NABSPF),
		unsignedProperty("atomic.nabo", a.NABO))
}

// appendUnsigned adds a number that is said; 0 is QEMU's default.
func appendUnsigned[N ~int | ~uint | ~uint64](out properties, name string, value N) properties {
	if value == 0 {
		return out
	}
	return append(out, unsignedProperty(name, value))
}
