// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

var (
	// aliasForm is libvirt's (aliasName of its schema).
	aliasForm    = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	propertyForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)
	// traceForm is a pattern of trace events; a `-` before it turns them off.
	traceForm = regexp.MustCompile(`^-?[A-Za-z0-9_*?.]+$`)
	logForm   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// taken are the options of QEMU that are no one's to give: without what they
// say libvirt does not find the guest or its start, or the file has a key for
// them, which other checks and the plan read. Nothing else is refused: QEMU
// merges or replaces what is said twice, and who writes it wants that.
var taken = map[string]string{
	"name":       "libvirt and vmprov know the guest by",
	"uuid":       "libvirt and vmprov know the guest by",
	"daemonize":  "takes the process from libvirt",
	"S":          "takes the start of the guest from libvirt",
	"incoming":   "takes the start of the guest from libvirt",
	"loadvm":     "takes the start of the guest from libvirt",
	"preconfig":  "takes the start of the guest from libvirt",
	"gdb":        "has a key: write it as `gdb`",
	"s":          "has a key: write it as `gdb`",
	"m":          "has a key: write it as `memory`",
	"smp":        "has a key: write it as `cpus`, and `cpu` for the topology",
	"accel":      "has a key: write it as `accelerator`",
	"enable-kvm": "has a key: write it as `accelerator`",
	"trace":      "has a key: write it as `trace`",
	"d":          "has a key: write it as `log`",
}

// qemu checks what reaches QEMU past libvirt's vocabulary.
func (v validator) qemu(f family) {
	q := f.spec.QEMU
	if q == nil || v.isBroken(f.at("qemu")) {
		return
	}
	for i, arg := range q.Args {
		v.qemuArgument(item(f.at("qemu.args"), i), arg)
	}
	v.overrides(f)
	for i, pattern := range q.Trace {
		// QEMU prints its events at `help`, and ends.
		if !traceForm.MatchString(pattern) || pattern == "help" {
			v.value(item(f.at("qemu.trace"), i), "must be a trace event or a pattern such as pci_nvme_*, got %s", quote(pattern))
		}
	}
	for i, name := range q.Log {
		v.logItem(item(f.at("qemu.log"), i), name)
	}
}

func (v validator) qemuArgument(at, arg string) {
	if arg == "" {
		v.value(at, "must not be empty")
	}
	option, dashed := strings.CutPrefix(strings.Replace(arg, "--", "-", 1), "-")
	if why, ok := taken[option]; ok && dashed {
		v.value(at, "must not be an option that %s, got %s", why, quote(arg))
	}
}

// logItem checks an item of QEMU's -d; which there are depends on the QEMU.
func (v validator) logItem(at, name string) {
	switch {
	case strings.HasPrefix(name, "trace:"):
		v.value(at, "must not be a trace event, which `trace` takes, got %s", quote(name))
	case name == "tid":
		v.value(at, "must not be tid, which needs a file for each thread")
	case !logForm.MatchString(name) || name == "help":
		v.value(at, "must be a log item such as guest_errors or unimp, got %s", quote(name))
	}
}

// overrides checks properties of devices that the file sets by itself.
func (v validator) overrides(f family) {
	at := f.at("qemu.override")
	for _, alias := range sortedKeys(f.spec.QEMU.Override) {
		here := join(at, alias)
		if !aliasForm.MatchString(alias) {
			v.key(here, "must be the alias of a device, of letters, digits, `_` and `-`, got %s", quote(alias))
			continue
		}
		if own, ok := strings.CutPrefix(alias, userAlias); ok {
			v.userAlias(f, here, own)
		}
		properties := f.spec.QEMU.Override[alias]
		if len(properties) == 0 {
			v.key(here, "must have a property, got none")
		}
		for _, name := range sortedKeys(properties) {
			v.property(f, alias, name, join(here, name))
		}
	}
}

// userAlias is what libvirt wants before an alias of its user's.
const userAlias = "ua-"

// userAlias checks an alias of vmprov's making: libvirt passes over one that
// no device has. A device of the file's own XML may have it too.
func (v validator) userAlias(f family, at, name string) {
	if f.said("xml.merge") {
		return
	}
	var names []string
	for _, d := range f.spec.Disks {
		names = append(names, userAlias+d.Name)
	}
	for _, h := range f.spec.HostDevices {
		names = append(names, userAlias+h.Name)
	}
	// Controllers and subsystems of NVMe are numbered, as `vmprov xml` shows.
	if slices.Contains(names, userAlias+name) || strings.HasPrefix(name, "nvme_") ||
		v.hasBroken(f.at("disks")) || v.hasBroken(f.at("hostDevices")) {
		return
	}
	v.key(at, "must be the alias of a device of the guest (%s), got %s%s",
		cmp.Or(strings.Join(names, ", "), "it has none"), quote(userAlias+name), didYouMean(userAlias+name, names))
}

// property checks the name of a property, and that it is none that vmprov
// needs: QEMU's device would be another than the file says.
func (v validator) property(f family, alias, name, at string) {
	disk, _ := f.spec.Disk(strings.TrimPrefix(alias, userAlias))
	switch {
	case !propertyForm.MatchString(name):
		v.key(at, "must be the name of a property of QEMU's device, got %s", quote(name))
	case name == "id" || name == "drive":
		v.key(at, "must not be `%s`, by which libvirt knows the device", name)
	case disk.Bus == BusNVMe && slices.Contains([]string{"driver", "nsid", "serial", "subsys"}, name),
		// A namespace sits on its controller, or on its subsystem's.
		name == "bus" && disk.Controller+disk.Subsystem != "":
		v.key(at, "must not be `%s`, which makes the disk a namespace of its controller", name)
	}
}
