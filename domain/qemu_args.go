// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// qemu adds what reaches QEMU past libvirt's vocabulary: trace events, log
// items, then the user's own arguments and properties.
func qemu(s *Spec, d *libvirtxml.Domain) error {
	e := s.Escape
	for _, pattern := range e.Trace {
		qemuArgs(d, "-trace", "enable="+strings.ReplaceAll(pattern, ",", ",,"))
	}
	if len(e.Log) > 0 {
		qemuArgs(d, "-d", strings.Join(e.Log, ","))
	}
	qemuArgs(d, e.Args...)
	return overrides(e.Override, d)
}

// qemuArgs appends arguments to QEMU's command line (<qemu:commandline>).
func qemuArgs(d *libvirtxml.Domain, args ...string) {
	if len(args) == 0 {
		return
	}
	if d.QEMUCommandline == nil {
		d.QEMUCommandline = &libvirtxml.DomainQEMUCommandline{}
	}
	for _, a := range args {
		d.QEMUCommandline.Args = append(d.QEMUCommandline.Args, libvirtxml.DomainQEMUCommandlineArg{Value: a})
	}
}

// overrides are the user's properties; one of the same name that is there
// already gives way to it. An alias of a user's making that no device has is
// refused, since libvirt passes over it without a word.
func overrides(wanted map[string][]Property, d *libvirtxml.Domain) error {
	for _, alias := range slices.Sorted(maps.Keys(wanted)) {
		if known := ownAliases(d); strings.HasPrefix(alias, "ua-") && !slices.Contains(known, alias) {
			return fmt.Errorf("qemu: override: no device has the alias `%s` (there are %s)", alias, cmp.Or(strings.Join(known, ", "), "none"))
		}
		for _, p := range wanted[alias] {
			dropProperty(d, alias, p.Name)
			override(d, alias, libvirtxml.DomainQEMUOverrideProperty{Name: p.Name, Type: p.Type, Value: p.Value})
		}
	}
	return nil
}

func dropProperty(d *libvirtxml.Domain, alias, name string) {
	if d.QEMUOverride == nil {
		return
	}
	for i := range d.QEMUOverride.Devices {
		device := &d.QEMUOverride.Devices[i]
		if device.Alias == alias {
			device.Frontend.Properties = slices.DeleteFunc(device.Frontend.Properties,
				func(p libvirtxml.DomainQEMUOverrideProperty) bool { return p.Name == name })
		}
	}
}

// ownAliases are the aliases that begin with ua-, of every device whatever its
// kind, sorted.
func ownAliases(d *libvirtxml.Domain) []string {
	text, err := d.Marshal()
	if err != nil {
		return nil
	}
	e, err := parseDomain(text)
	if err != nil {
		return nil
	}
	var known []string
	for _, device := range e.child("devices").Children {
		if name := device.child("alias").attr("name"); strings.HasPrefix(name, "ua-") {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	return known
}
