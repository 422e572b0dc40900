// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// family is one key of guests: the spec that its guests share, with defaults.
type family struct {
	name string
	// key is the guest's key in the file, which variants share.
	key string
	// paths are where the file may say a key of the guests, nearest first: the
	// variant, the guest, the defaults.
	paths []string
	// count is how many guests there are; without counted, one with the family's name.
	count   int
	counted bool
	decl    GuestDecl
	spec    Guest
	// diskFrom is the place in decl.Disks of each disk of spec.
	diskFrom []int
	layout   *layout
}

// familiesOf are the keys of guests in the order of the file, with the file's own
// defaults. Their specs are still to be made.
func familiesOf(doc *Document, r *report) []family {
	var families []family
	for _, key := range r.layout.order["guests"] {
		path := join("guests", key)
		own := declared{path, doc.Guests[key]}
		defaults := declared{"defaults", doc.Defaults}
		variants := variantsOf(r.layout, own, defaults)
		if len(variants) == 0 {
			families = append(families, newFamily(r, key, key, own, defaults))
		}
		for _, v := range variants {
			families = append(families, newFamily(r, key+"-"+v.name, key, v.declared, own, defaults))
		}
	}
	return families
}

// declared is what the file says of guests at one place.
type declared struct {
	path string
	decl GuestDecl
}

// newFamily lays what the file says nearest over what it says further away.
func newFamily(r *report, name, key string, said ...declared) family {
	f := family{name: name, key: key, count: 1, decl: said[0].decl, layout: r.layout}
	for _, d := range said {
		if f.paths != nil {
			inherit(r.layout, reflect.ValueOf(&f.decl).Elem(), reflect.ValueOf(d.decl), f.paths, d.path)
		}
		f.paths = append(f.paths, d.path)
	}
	f.decl.Variants = nil
	if f.decl.Count != nil && !r.isBroken(f.at("count")) {
		f.count, f.counted = *f.decl.Count, true
	}
	return f
}

// variant is one of a guest's variants.
type variant struct {
	name string
	declared
}

// variantsOf are the variants of a guest, its own or those of the defaults, in
// the order of the file.
func variantsOf(l *layout, own, defaults declared) []variant {
	from := own
	if !l.said(own.path + ".variants") {
		from = defaults
	}
	path := from.path + ".variants"
	var variants []variant
	for _, name := range l.order[path] {
		variants = append(variants, variant{name, declared{join(path, name), from.decl.Variants[name]}})
	}
	return variants
}

// path is where the family stands in the file.
func (f family) path() string { return f.paths[0] }

// at is the path of a key of the family's guests: the nearest that the file
// says, else where it would stand.
func (f family) at(key string) string {
	for _, path := range f.paths {
		if at := path + "." + key; f.layout.said(at) {
			return at
		}
	}
	return f.path() + "." + key
}

// diskAt is the path of the disk in the file that declares a disk of the spec.
func (f family) diskAt(i int) string { return item(f.at("disks"), f.diskFrom[i]) }

// said reports whether the file says a key of the family's guests.
func (f family) said(key string) bool { return f.layout.said(f.at(key)) }

// complete makes the spec of the family's guests: as declared, counted disks
// expanded, with vmprov's defaults.
func (f *family) complete(file *File) {
	var disks []Disk
	disks, f.diskFrom = expandDisks(f.decl.Disks)
	f.spec = f.guest(file, completeDisks(disks))
}

// guest is a guest as declared, with vmprov's defaults.
func (f family) guest(file *File, disks []Disk) Guest {
	decl := f.decl
	g := Guest{
		Family: f.key, Image: decl.Image, CPUs: decl.CPUs, Memory: decl.Memory, Accelerator: decl.Accelerator,
		Disks: disks, Shares: slices.Clone(decl.Shares),
		Networks: completeNICs(decl.Networks), Kernel: decl.Kernel, Initrd: decl.Initrd, Cmdline: decl.Cmdline,
		Ready: slices.Clone(decl.Ready), ReadyTimeout: decl.ReadyTimeout, StopTimeout: decl.StopTimeout,

		CPU: decl.CPU, MaxCPUs: decl.MaxCPUs, CurrentMemory: decl.CurrentMemory, MaxMemory: decl.MaxMemory,
		DIMMs: decl.DIMMs, MemoryBacking: decl.MemoryBacking, NUMA: decl.NUMA, NUMATune: decl.NUMATune,
		CPUTune: decl.CPUTune, IOThreads: decl.IOThreads,
		Arch: decl.Arch, Machine: decl.Machine, Firmware: decl.Firmware, TPM: decl.TPM, Watchdog: decl.Watchdog,
		Vsock: decl.Vsock, RNG: decl.RNG, Panic: decl.Panic, Consoles: decl.Consoles, Graphics: decl.Graphics,
		USB: decl.USB, IOMMU: decl.IOMMU, GDB: decl.GDB, RootPorts: decl.RootPorts,
		HostKey:     decl.HostKey,
		HostDevices: decl.HostDevices, NVMe: decl.NVMe, QEMU: decl.QEMU, XML: decl.XML,
	}
	if f.bootsImageless() {
		g.Imageless = decl.Imageless
	}
	if decl.Root != nil {
		g.Root = *decl.Root
	}
	if decl.Recycle != nil {
		g.Recycle = Recycle{Disks: disksNamed(decl.Disks, decl.Recycle.Disks)}
	}
	if decl.Autostart != nil {
		g.Autostart = *decl.Autostart
	}
	if !f.said("cpus") {
		g.CPUs = defaultCPUs
	}
	if !f.said("memory") {
		g.Memory = defaultMemory
	}
	if !f.said("readyTimeout") {
		g.ReadyTimeout = defaultReadyTimeout
	}
	if !f.said("stopTimeout") {
		g.StopTimeout = defaultStopTimeout
		if f.bootsImageless() {
			g.StopTimeout = imagelessStopTimeout
		}
	}
	switch {
	case f.bootsImageless():
		g = withoutImage(g)
	case !f.said("image"):
		g.Image = only(file.Images)
	}
	// One form for one meaning: a key that is accepted is what nothing says.
	switch {
	case g.HostKey == "" && g.Imageless != nil:
		g.HostKey = HostKeyPinned
	case g.HostKey == HostKeyAccept:
		g.HostKey = ""
	}
	if !f.said("networks") {
		g.Networks = nil
		if name := only(file.Networks); name != "" {
			g.Networks = completeNICs([]NIC{{Network: name}})
		}
	}
	if !f.said("ready") {
		g.Ready = defaultReady(g.Networks, file.Networks)
	}
	return canonical(g)
}

// canonical gives what is empty one form, so that the JSON of equal specs is
// equal: networks is always a list, other empty lists are left out.
func canonical(g Guest) Guest {
	if g.Networks == nil {
		g.Networks = []NIC{}
	}
	if len(g.Disks) == 0 {
		g.Disks = nil
	}
	if len(g.Shares) == 0 {
		g.Shares = nil
	}
	if len(g.Recycle.Disks) == 0 {
		g.Recycle.Disks = nil
	}
	return g
}

// only is the key of a map that has exactly one, else empty.
func only[V any](m map[string]V) string {
	if len(m) != 1 {
		return ""
	}
	return sortedKeys(m)[0]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// choices are the keys of a map as a message lists them.
func choices[V any](m map[string]V) string { return strings.Join(sortedKeys(m), ", ") }

// guestNames are the names of the family's guests in their order.
func (f family) guestNames() []string {
	if !f.counted {
		return []string{f.name}
	}
	names := make([]string, 0, max(f.count, 0))
	for i := range f.count {
		names = append(names, fmt.Sprintf("%s-%d", f.name, i+1))
	}
	return names
}

// longestName is the longest name of the family's guests.
func (f family) longestName() string {
	if !f.counted {
		return f.name
	}
	return fmt.Sprintf("%s-%d", f.name, cmp.Or(f.count, 1))
}

// expand is the family's guests, each with lists of its own.
func (f family) expand() []Guest {
	var guests []Guest
	for _, name := range f.guestNames() {
		g := f.spec
		g.Name = name
		g.Disks, g.Shares = slices.Clone(g.Disks), slices.Clone(g.Shares)
		g.Networks, g.Ready = slices.Clone(g.Networks), slices.Clone(g.Ready)
		guests = append(guests, g)
	}
	return guests
}
