// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
)

// rule decides the effect of a change where a tag cannot: it depends on the bus
// or the model of a device, on the direction, or on what the guest has.
type rule struct {
	// words say it in the reference.
	words string
	// effect decides for a field of the guest, or of the list item of that name,
	// which is in at least one of the two specs.
	effect func(c comparing, item string) Effect
}

// rules by type and key, such as Disk.size, and by list for an item that is
// added or removed, such as disks[].
var rules = map[string]rule{
	"Guest.cpus":          {"live for more, up to maxCPUs; else next boot", liveWhen(moreCPUs)},
	"Guest.currentMemory": {"live; next boot with dimms, or above the memory that it runs with", liveWhen(withinMemory)},
	"CPUTune.iothreadpin": {"live for iothreads that it runs with, else next boot", liveWhen(knownIOThreads)},
	"disks[]": {"added: live on virtio, and on scsi beside another scsi disk, unless it asks for iothread true, bootOrder, minIOSize, optIOSize or " +
		"discardGranularity; removed: live on virtio and scsi unless it has a target, where it is mounted; else next boot", liveWhen(diskPlugs)},
	"Disk.image": {"recycle for a disk that recycle renews, else recreate", reimaged},
	"Disk.size":  {"larger: live on virtio and scsi, else next boot; smaller: recreate", resized},
	"shares[]": {"added: live where the guest runs with memory that can be shared (another share, or memoryBacking.shared) and in a control group, or with libvirt 12.8; " +
		"removed: live unless it has a target, where it is mounted; else next boot", liveWhen(sharePlugs)},
	"networks[]": {"live for model virtio, e1000e and igb, unless it asks for bootOrder or forwards; else next boot", liveWhen(nicPlugs)},
}

// EffectWords is the effect of a change of a key in words, as the reference
// prints it: of the type of that name, such as Disk and size, and for an item
// of a list that is added or removed of the list, such as disks[] and "".
// Without a rule it is empty: the field's tag says all.
func EffectWords(typeOrList, key string) string {
	if key == "" {
		return rules[typeOrList].words
	}
	return rules[typeOrList+"."+key].words
}

// liveWhen is the effect of what is live under a condition and waits otherwise.
func liveWhen(live func(c comparing, item string) bool) func(comparing, string) Effect {
	return func(c comparing, item string) Effect {
		if live(c, item) {
			return EffectLive
		}
		return EffectNextBoot
	}
}

// moreCPUs: a CPU is plugged at once, while unplugging one needs the guest's consent.
func moreCPUs(c comparing, _ string) bool {
	most := func(g Guest) int { return cmp.Or(g.MaxCPUs, g.CPUs) }
	return c.declared.CPUs > c.applied.CPUs && c.declared.CPUs <= most(c.applied) && most(c.applied) == most(c.declared)
}

// withinMemory: the balloon can only take from the memory that the guest booted
// with. libvirt counts DIMMs in, which vmprov's value does not.
func withinMemory(c comparing, _ string) bool {
	return c.declared.CurrentMemory <= c.applied.Memory && len(c.applied.DIMMs) == 0
}

func knownIOThreads(c comparing, _ string) bool {
	if c.declared.CPUTune == nil {
		return true
	}
	for n := range c.declared.CPUTune.IOThreadPin {
		if bound := number(n); *bound > int64(c.applied.IOThreads) {
			return false
		}
	}
	return true
}

// diskPlugs says that a disk can be attached to, or taken from, a running guest.
// What libvirt has no word for is set when QEMU starts only. A disk with a
// target is mounted: to pull it out would break what works on it.
func diskPlugs(c comparing, name string) bool {
	if gone, ok := c.applied.Disk(name); ok {
		return plugBus(gone.Bus) && gone.Target == ""
	}
	d, _ := c.declared.Disk(name)
	return plugBus(d.Bus) && (d.Bus != BusSCSI || hasSCSI(c.applied)) &&
		d.IOThread >= 0 && int(d.IOThread) <= c.applied.IOThreads &&
		d.BootOrder == 0 && d.MinIOSize == 0 && d.OptIOSize == 0 && d.DiscardGranularity == 0
}

// plugBus says that devices of a bus come and go while a guest runs, and that
// the guest is told when they grow.
func plugBus(b Bus) bool { return b == BusVirtio || b == BusSCSI }

func hasSCSI(g Guest) bool {
	return slices.ContainsFunc(g.Disks, func(d Disk) bool { return d.Bus == BusSCSI })
}

// reimaged: an overlay keeps the image that it was made on.
func reimaged(c comparing, name string) Effect {
	d, _ := c.declared.Disk(name)
	if d.Persist != nil && !*d.Persist || slices.Contains(c.declared.Recycle.Disks, name) {
		return EffectRecycle
	}
	return EffectRecreate
}

// resized: a volume that grows keeps its content.
func resized(c comparing, name string) Effect {
	before, _ := c.applied.Disk(name)
	after, _ := c.declared.Disk(name)
	switch {
	case after.Size < before.Size:
		return EffectRecreate
	case plugBus(before.Bus) && before.Size > 0:
		return EffectLive
	}
	return EffectNextBoot
}

// sharePlugs: virtiofsd maps the guest's memory, which has to be made so that it can.
func sharePlugs(c comparing, tag string) bool {
	if i := slices.IndexFunc(c.applied.Shares, func(s Share) bool { return s.Tag == tag }); i >= 0 {
		return c.applied.Shares[i].Target == ""
	}
	return sharesMemory(c.applied)
}

// sharesMemory says that a guest runs with memory that other processes can map.
func sharesMemory(g Guest) bool {
	if g.MemoryBacking != nil && g.MemoryBacking.Shared != nil {
		return *g.MemoryBacking.Shared
	}
	return len(g.Shares) > 0
}

// nicPlugs: conventional PCI devices have no slot of their own on PCI Express.
func nicPlugs(c comparing, name string) bool {
	named := func(n NIC) bool { return n.Name == name }
	if i := slices.IndexFunc(c.applied.Networks, named); i >= 0 {
		return plugModel(c.applied.Networks[i].Model)
	}
	i := slices.IndexFunc(c.declared.Networks, named)
	n := c.declared.Networks[i]
	return plugModel(n.Model) && n.BootOrder == 0 && len(n.Forwards) == 0
}

func plugModel(model string) bool {
	return slices.Contains([]string{"", "virtio", "e1000e", "igb"}, model)
}
