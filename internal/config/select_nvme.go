// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
)

// nvmeNamespace is what an NVMe disk is to the guest; of another disk it has the
// serial alone.
type nvmeNamespace struct {
	serial string
	nsid   int
	shared bool
}

// NamespaceOf says what an NVMe disk of g is to the guest: the serial of its
// controller, and its namespace id, which is the disk's own, or else its place
// among the disks of its controller, counted from 1. The namespaces of a
// subsystem and of all its controllers are counted together. shared is true
// for a controller or subsystem that the file names, even with one namespace,
// and false for a disk's own. A disk of another bus has its serial and no
// namespace (0).
func (d Disk) NamespaceOf(g Guest) (serial string, nsid int, shared bool) {
	i := slices.IndexFunc(g.Disks, func(other Disk) bool { return other.Name == d.Name })
	if i < 0 {
		i, g.Disks = len(g.Disks), append(slices.Clone(g.Disks), d)
	}
	n := g.namespaces()[i]
	return n.serial, n.nsid, n.shared
}

// namespaces are what the disks of a guest are to it, each in its place.
func (g Guest) namespaces() []nvmeNamespace {
	all := make([]nvmeNamespace, len(g.Disks))
	places, serials := map[nvmeGroup]int{}, map[nvmeGroup]string{}
	for i, d := range g.Disks {
		group := d.group(g)
		switch {
		case d.Bus != BusNVMe:
			all[i] = nvmeNamespace{serial: d.Serial}
			continue
		case group == nvmeGroup{}:
			all[i] = nvmeNamespace{d.Serial, cmp.Or(d.NSID, 1), false}
			continue
		}
		if _, known := serials[group]; !known {
			serials[group] = g.serialOf(group)
		}
		places[group]++
		all[i] = nvmeNamespace{serials[group], cmp.Or(d.NSID, places[group]), true}
	}
	return all
}

// ControllerSerial is the serial of a controller that the file names: its own,
// that of its subsystem, or its name.
func (g Guest) ControllerSerial(name string) string {
	return g.serialOf(Disk{Controller: name}.group(g))
}

// SubsystemSerial is the serial of a subsystem, which QEMU wants all its
// controllers to have: the one that a controller says, or its name.
func (g Guest) SubsystemSerial(name string) string {
	return g.serialOf(nvmeGroup{subsystem: name})
}

// nvmeGroup is what numbers its namespaces together: a subsystem with all its
// controllers, or a controller of none.
type nvmeGroup struct{ subsystem, controller string }

// group is where a disk is a namespace; empty for a controller of its own.
func (d Disk) group(g Guest) nvmeGroup {
	if subsystem := cmp.Or(d.Subsystem, g.controller(d.Controller).Subsystem); subsystem != "" {
		return nvmeGroup{subsystem: subsystem}
	}
	return nvmeGroup{controller: d.Controller}
}

// serialOf is the serial of all controllers of a group.
func (g Guest) serialOf(group nvmeGroup) string {
	if group.subsystem == "" {
		return cmp.Or(g.controller(group.controller).Serial, group.controller)
	}
	if g.NVMe != nil {
		for _, name := range sortedKeys(g.NVMe.Controllers) {
			if c := g.NVMe.Controllers[name]; c.Subsystem == group.subsystem && c.Serial != "" {
				return c.Serial
			}
		}
	}
	return group.subsystem
}

// controller is what the file says of a controller beyond its name.
func (g Guest) controller(name string) NVMeController {
	if g.NVMe == nil {
		return NVMeController{}
	}
	return g.NVMe.Controllers[name]
}

// subsystem is what the file says of a subsystem beyond its name.
func (g Guest) subsystem(name string) NVMeSubsystem {
	if g.NVMe == nil {
		return NVMeSubsystem{}
	}
	return g.NVMe.Subsystems[name]
}
