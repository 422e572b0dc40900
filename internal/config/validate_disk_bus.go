// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
)

// busKeys are the keys of a disk that some buses do not have.
var busKeys = []struct {
	key   string
	buses []Bus
}{
	{"wwn", []Bus{BusSCSI, BusSATA, BusIDE}},
	{"rotationRate", []Bus{BusSCSI, BusSATA, BusIDE}},
	{"iothread", []Bus{BusVirtio}},
	{"queues", []Bus{BusVirtio}},
	{"queueSize", []Bus{BusVirtio}},
	{"packed", []Bus{BusVirtio}},
	{"errorPolicy", []Bus{BusVirtio, BusSCSI, BusSATA, BusIDE}}, // QEMU's nvme has no werror
	{"controller", []Bus{BusNVMe}},
	{"subsystem", []Bus{BusNVMe}},
	{"nsid", []Bus{BusNVMe}},
	{"zoned", []Bus{BusNVMe}},
	{"protection", []Bus{BusNVMe}},
	{"atomic", []Bus{BusNVMe}},
	{"fdp", []Bus{BusNVMe}},
}

// diskBus checks what depends on the bus of a disk.
func (v validator) diskBus(f family, d Disk, at string, set *diskSet) {
	if v.isBroken(at + ".bus") {
		return
	}
	for _, k := range busKeys {
		if v.layout.said(at+"."+k.key) && !slices.Contains(k.buses, d.Bus) {
			v.key(at+"."+k.key, "must only be given with bus %s, got bus %s", busWords(k.buses), d.Bus)
		}
	}
	if d.Bus == BusIDE {
		v.ide(f, at, set)
	}
	if d.ReadOnly && (d.Bus == BusIDE || d.Bus == BusSATA) {
		v.key(at+".readOnly", "must not be given with bus %s, whose disks are always writable; scsi has read-only ones", d.Bus)
	}
	v.wwn(d, at, set)
	v.rotation(d, at)
	v.queues(d, at)
}

// busWords are buses as a sentence has them: scsi, sata or ide.
func busWords(buses []Bus) string {
	words := make([]string, len(buses))
	for i, b := range buses {
		words[i] = string(b)
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// ide checks that the machine has a place for an IDE disk.
func (v validator) ide(f family, at string, set *diskSet) {
	if machine := f.spec.Machine; !hasIDE(machine) && !v.isBroken(f.at("machine")) {
		if machine == "" {
			machine = "q35"
		}
		v.value(at+".bus", "must only be ide with machine pc, got machine %s; sata has the same disks there", machine)
	}
	if set.ide++; set.ide == maxIDE+1 {
		v.value(at+".bus", "must be ide of at most %d disks of a guest, got more", maxIDE)
	}
}

// hasIDE says whether a machine has an IDE controller of its own.
func hasIDE(machine string) bool { return machine == "pc" || strings.HasPrefix(machine, "pc-i440fx-") }

func (v validator) wwn(d Disk, at string, set *diskSet) {
	if !v.layout.said(at+".wwn") || v.isBroken(at+".wwn") {
		return
	}
	if !wwnForm.MatchString(d.WWN) {
		v.value(at+".wwn", "must be 16 hexadecimal digits, got %s", quote(d.WWN))
		return
	}
	if other, taken := set.wwns[d.WWN]; taken {
		v.value(at+".wwn", "must be a World Wide Name of its own in the guest, got %s, which is that of disk %s", quote(d.WWN), other)
		return
	}
	set.wwns[d.WWN] = d.Name
}

// rotation checks the rate as ATA and SCSI name it: 2 to 1024 are reserved.
func (v validator) rotation(d Disk, at string) {
	if d.RotationRate > 1 && d.RotationRate < 1025 {
		v.value(at+".rotationRate", "must be 1 for a solid-state disk, or 1025 to 65534, got %d", d.RotationRate)
	}
}

func (v validator) queues(d Disk, at string) {
	const least, most = 4, 1024
	if n := d.QueueSize; v.layout.said(at+".queueSize") && (n < least || n > most || n&(n-1) != 0) {
		v.value(at+".queueSize", "must be a power of two from %d to %d, got %d", least, most, n)
	}
}
