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
// feature, such as "atomic write limits (controller `fast`) need QEMU 9.2 or
// later, this is QEMU 7.2.22". It is pure: what is known is in host.Properties,
// and what is not known is not lacking. A guest of another architecture than
// the host's has another emulator, of which nothing is known.
func NVMeLacks(g config.Guest, host virt.Host) []string {
	wants := nvmeWants(g)
	if len(wants) == 0 {
		return nil
	}
	if !host.NativeNVMe && host.LibVersion > 0 && !host.HasOverride() {
		return []string{"this libvirt has neither the nvme bus (11.5) nor <qemu:override> (8.2), one of which NVMe needs"}
	}
	if g.Arch != "" && g.Arch != host.Arch {
		return nil
	}
	if host.Properties.LacksDevice(nvmeController) {
		return []string{fmt.Sprintf("%s has no nvme device (use another QEMU, or `bus: virtio`)", host.Emulator)}
	}
	var out []string
	for _, w := range wants {
		if !host.Properties.Lacks(w.device, w.property) {
			continue
		}
		sentence := fmt.Sprintf("%s QEMU %s or later, this is %s", w.what, w.since, host.QEMUName())
		if !slices.Contains(out, sentence) {
			out = append(out, sentence)
		}
	}
	return out
}

// nvmeWant is a property of a device that a guest needs, the words for what it
// is for with their verb, and the first QEMU that has it.
type nvmeWant struct{ what, device, property, since string }

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
	what := func(feature string) string { return fmt.Sprintf("%s (disk `%s`)", feature, d.Name) }
	out := []nvmeWant{
		{what("an NVMe disk") + " needs", nvmeController, "serial", "5.2"},
		{what("an NVMe namespace") + " needs", nvmeNamespace, "nsid", "5.2"},
	}
	if d.Zoned != nil {
		out = append(out, nvmeWant{what("a zoned namespace") + " needs", nvmeNamespace, "zoned", "6.0"})
		if d.Zoned.ZRWA != nil {
			out = append(out, nvmeWant{what("a zone random write area") + " needs", nvmeNamespace, "zoned.zrwas", "7.0"})
		}
	}
	if d.Protection != nil {
		out = append(out, nvmeWant{what("metadata") + " needs", nvmeNamespace, "ms", "6.0"})
		if d.Protection.Guard == 64 {
			out = append(out, nvmeWant{what("a guard of 64 bits") + " needs", nvmeNamespace, "pif", "7.0"})
		}
	}
	if d.Atomic != nil {
		out = append(out, nvmeWant{what("atomic write limits") + " need", nvmeNamespace, "atomic.nawun", "10.1"})
	}
	if d.FDP != nil {
		out = append(out, nvmeWant{what("flexible data placement") + " needs", nvmeNamespace, "fdp.ruhs", "8.0"})
	}
	return out
}

func controllerWants(name string, c config.NVMeController) []nvmeWant {
	what := func(feature string) string { return fmt.Sprintf("%s (controller `%s`)", feature, name) }
	out := []nvmeWant{{what("an NVMe controller") + " needs", nvmeController, "serial", "5.2"}}
	if c.Subsystem != "" {
		out = append(out, nvmeWant{what("a subsystem") + " needs", nvmeController, "subsys", "6.0"})
	}
	if c.ZASL != nil {
		out = append(out, nvmeWant{what("zasl") + " needs", nvmeController, "zoned.zasl", "6.0"})
	}
	if c.Atomic != nil {
		out = append(out, nvmeWant{what("atomic write limits") + " need", nvmeController, "atomic.awun", "9.2"})
	}
	return out
}

func subsystemWants(name string, s config.NVMeSubsystem) []nvmeWant {
	what := func(feature string) string { return fmt.Sprintf("%s (subsystem `%s`)", feature, name) }
	out := []nvmeWant{{what("an NVMe subsystem") + " needs", nvmeSubsystem, "nqn", "6.0"}}
	if s.FDP != nil {
		out = append(out, nvmeWant{what("flexible data placement") + " needs", nvmeSubsystem, "fdp", "8.0"})
	}
	return out
}
