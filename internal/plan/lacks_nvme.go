// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"maps"
	"slices"

	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// QEMU's devices that make NVMe.
const (
	nvmeController = "nvme"
	nvmeNamespace  = "nvme-ns"
	nvmeSubsystem  = "nvme-subsys"
)

// NVMeDevices are the devices of QEMU whose properties decide whether a host
// can give a guest its NVMe disks (virt.Host.ReadProperties): none for a guest
// without any.
func NVMeDevices(g config.Guest) []string {
	var devices []string
	for _, w := range nvmeWants(g) {
		if !slices.Contains(devices, w.device) {
			devices = append(devices, w.device)
		}
	}
	return devices
}

// NVMeLacks says what of a guest's NVMe a host does not have, one sentence a
// feature, such as "atomic write limits need QEMU 9.2 or later, this is QEMU
// 7.2.22". It is pure: what is known is in host.Properties, and what is not
// known is not lacking. A guest of another architecture than the host's has
// another emulator, of which nothing is known.
func NVMeLacks(g config.Guest, host virt.Host) []Lack {
	wants := nvmeWants(g)
	if len(wants) == 0 {
		return nil
	}
	lack := func(w nvmeWant, text string) Lack { return Lack{Guest: g.Name, Key: w.key, Text: text} }
	if !host.NativeNVMe && host.LibVersion > 0 && !host.HasOverride() {
		return []Lack{lack(wants[0], "this libvirt has neither the nvme bus (11.5) nor <qemu:override> (8.2), one of which NVMe needs")}
	}
	if g.Arch != "" && g.Arch != host.Arch {
		return nil
	}
	if host.Properties.LacksDevice(nvmeController) {
		return []Lack{lack(wants[0], host.Emulator+" has no nvme device (use another QEMU, or `bus: virtio`)")}
	}
	var out []Lack
	for _, w := range wants {
		if host.Properties.Lacks(w.device, w.property) {
			out = append(out, lack(w, fmt.Sprintf("%s QEMU %s or later, this is %s", w.what, w.since, host.QEMUName())))
		}
	}
	return out
}

// nvmeWant is a property of a device that a guest needs: the key that asks for
// it, the words for what it is for with their verb, and the first QEMU that has it.
type nvmeWant struct{ key, what, device, property, since string }

// nvmeWants is what a guest's NVMe asks of QEMU.
func nvmeWants(g config.Guest) []nvmeWant {
	var out []nvmeWant
	for _, d := range g.Disks {
		if d.Bus == config.BusNVMe {
			out = append(out, namespaceWants(d)...)
		}
	}
	if g.NVMe == nil {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(g.NVMe.Controllers)) {
		out = append(out, controllerWants(name, g.NVMe.Controllers[name])...)
	}
	for _, name := range slices.Sorted(maps.Keys(g.NVMe.Subsystems)) {
		out = append(out, subsystemWants(name, g.NVMe.Subsystems[name])...)
	}
	return out
}

func namespaceWants(d config.Disk) []nvmeWant {
	at := "disks." + d.Name
	out := []nvmeWant{
		{at, "an NVMe disk needs", nvmeController, "serial", "5.2"},
		{at, "an NVMe namespace needs", nvmeNamespace, "nsid", "5.2"},
	}
	if d.Zoned != nil {
		out = append(out, nvmeWant{at + ".zoned", "a zoned namespace needs", nvmeNamespace, "zoned", "6.0"})
		if d.Zoned.ZRWA != nil {
			out = append(out, nvmeWant{at + ".zoned.zrwa", "a zone random write area needs", nvmeNamespace, "zoned.zrwas", "7.0"})
		}
	}
	if d.Protection != nil {
		out = append(out, nvmeWant{at + ".protection", "metadata needs", nvmeNamespace, "ms", "6.0"})
		if d.Protection.Guard == 64 {
			out = append(out, nvmeWant{at + ".protection.guard", "a guard of 64 bits needs", nvmeNamespace, "pif", "7.0"})
		}
	}
	if d.Atomic != nil {
		out = append(out, nvmeWant{at + ".atomic", "atomic write limits need", nvmeNamespace, "atomic.nawun", "10.1"})
	}
	if d.FDP != nil {
		out = append(out, nvmeWant{at + ".fdp", "flexible data placement needs", nvmeNamespace, "fdp.ruhs", "8.0"})
	}
	return out
}

func controllerWants(name string, c config.NVMeController) []nvmeWant {
	at := "nvme.controllers." + name
	out := []nvmeWant{{at, "an NVMe controller needs", nvmeController, "serial", "5.2"}}
	if c.Subsystem != "" {
		out = append(out, nvmeWant{at + ".subsystem", "a subsystem needs", nvmeController, "subsys", "6.0"})
	}
	if c.ZASL != nil {
		out = append(out, nvmeWant{at + ".zasl", "zasl needs", nvmeController, "zoned.zasl", "6.0"})
	}
	if c.Atomic != nil {
		out = append(out, nvmeWant{at + ".atomic", "atomic write limits need", nvmeController, "atomic.awun", "9.2"})
	}
	return out
}

func subsystemWants(name string, s config.NVMeSubsystem) []nvmeWant {
	at := "nvme.subsystems." + name
	out := []nvmeWant{{at, "an NVMe subsystem needs", nvmeSubsystem, "nqn", "6.0"}}
	if s.FDP != nil {
		out = append(out, nvmeWant{at + ".fdp", "flexible data placement needs", nvmeSubsystem, "fdp", "8.0"})
	}
	return out
}
