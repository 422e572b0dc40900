// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"vmprov/domain"
	"vmprov/internal/config"
)

// qemuNQN is what QEMU puts before the name of every subsystem.
const qemuNQN = "nqn.2019-08.org.qemu:"

// nvme are the controllers and subsystems of a guest: those that its file says
// more of than a name.
func (r rendering) nvme(domainName string) domain.NVMe {
	var out domain.NVMe
	if r.spec.NVMe == nil {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(r.spec.NVMe.Controllers)) {
		c := r.spec.NVMe.Controllers[name]
		controller := domain.NVMeController{
			Name: name, Serial: r.spec.ControllerSerial(name), Subsystem: c.Subsystem,
			MDTS: c.MDTS, ZASL: c.ZASL, IOQueues: c.IOQueues, CMB: uint64(c.CMBSize),
		}
		if a := c.Atomic; a != nil {
			controller.Atomic = &domain.AtomicController{DN: a.DN, AWUN: a.AWUN, AWUPF: a.AWUPF}
		}
		out.Controllers = append(out.Controllers, controller)
	}
	for _, name := range slices.Sorted(maps.Keys(r.spec.NVMe.Subsystems)) {
		s := r.spec.NVMe.Subsystems[name]
		// Two guests that see one qualified name would take their disks for one.
		subsystem := domain.NVMeSubsystem{Name: name, NQN: cmp.Or(strings.TrimPrefix(s.NQN, qemuNQN), domainName+":"+name)}
		if f := s.FDP; f != nil {
			subsystem.FDP = &domain.FDP{ReclaimUnitSize: uint64(f.ReclaimUnitSize), ReclaimGroups: f.ReclaimGroups, ReclaimUnitHandles: f.ReclaimUnitHandles}
		}
		out.Subsystems = append(out.Subsystems, subsystem)
	}
	return out
}

// namespace fills in what an nvme disk is beyond a disk.
func (r rendering) namespace(disk *domain.Disk, d config.Disk) {
	if d.Bus != config.BusNVMe {
		return
	}
	_, disk.NSID, _ = d.NamespaceOf(r.spec)
	disk.Subsystem = d.Subsystem
	disk.WriteCache = r.writeCache(d)
	disk.Namespace = domain.Namespace{Zoned: zoned(d.Zoned), Protection: protection(d.Protection)}
	if a := d.Atomic; a != nil {
		disk.Namespace.Atomic = &domain.AtomicNamespace{
			NAWUN: a.NAWUN, NAWUPF: a.NAWUPF, NABSN: a.NABSN, NABSPF: a.NABSPF, NABO: a.NABO,
			Switch: r.desired.Host.Properties.Has(nvmeNamespace, "atomic.nsfeat"),
		}
	}
	if d.FDP != nil {
		disk.Namespace.ReclaimUnitHandles = d.FDP.ReclaimUnitHandles
	}
}

// writeCache is whether a namespace has a write cache: what it says itself, or
// what its controller says, as QEMU has the switch on the namespaces. For one
// of a subsystem it is the first controller that says something.
func (r rendering) writeCache(d config.Disk) *bool {
	if d.WriteCache != nil || r.spec.NVMe == nil {
		return d.WriteCache
	}
	if d.Controller != "" {
		return r.spec.NVMe.Controllers[d.Controller].WriteCache
	}
	for _, name := range slices.Sorted(maps.Keys(r.spec.NVMe.Controllers)) {
		if c := r.spec.NVMe.Controllers[name]; d.Subsystem != "" && c.Subsystem == d.Subsystem && c.WriteCache != nil {
			return c.WriteCache
		}
	}
	return nil
}

func zoned(z *config.Zoned) *domain.Zoned {
	if z == nil {
		return nil
	}
	out := &domain.Zoned{
		ZoneSize: uint64(z.ZoneSize), ZoneCapacity: uint64(z.ZoneCapacity), MaxOpen: z.MaxOpen, MaxActive: z.MaxActive,
		CrossRead: z.CrossRead, DescriptorExtension: uint64(z.DescriptorExtension),
	}
	if a := z.ZRWA; a != nil {
		out.RandomWrite = &domain.ZoneRandomWrite{Size: uint64(a.Size), Granularity: uint64(a.Granularity), Resources: a.Resources}
	}
	return out
}

func protection(p *config.Protection) *domain.Protection {
	if p == nil {
		return nil
	}
	return &domain.Protection{
		MetadataSize: p.MetadataSize, Extended: p.Extended, Type: p.Type, First: p.First, Guard64: p.Guard == 64,
	}
}
