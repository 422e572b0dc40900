// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"strconv"

	"libvirt.org/go/libvirtxml"
)

// override adds QEMU properties to the device with that alias
// (<qemu:override>, libvirt 8.2 and later). Several pieces may add to one
// device: libvirt takes one entry an alias, so they end up in the same one.
func override(d *libvirtxml.Domain, alias string, properties ...libvirtxml.DomainQEMUOverrideProperty) {
	if len(properties) == 0 {
		return
	}
	if d.QEMUOverride == nil {
		d.QEMUOverride = &libvirtxml.DomainQEMUOverride{}
	}
	for i := range d.QEMUOverride.Devices {
		device := &d.QEMUOverride.Devices[i]
		if device.Alias == alias {
			device.Frontend.Properties = append(device.Frontend.Properties, properties...)
			return
		}
	}
	d.QEMUOverride.Devices = append(d.QEMUOverride.Devices, libvirtxml.DomainQEMUOverrideDevice{
		Alias: alias, Frontend: libvirtxml.DomainQEMUOverrideFrontend{Properties: properties},
	})
}

func stringProperty(name, value string) libvirtxml.DomainQEMUOverrideProperty {
	return libvirtxml.DomainQEMUOverrideProperty{Name: name, Type: "string", Value: value}
}

func unsignedProperty[N ~int | ~uint | ~uint64](name string, value N) libvirtxml.DomainQEMUOverrideProperty {
	return libvirtxml.DomainQEMUOverrideProperty{Name: name, Type: "unsigned", Value: strconv.FormatUint(uint64(value), 10)}
}

func boolProperty(name string, value bool) libvirtxml.DomainQEMUOverrideProperty {
	return libvirtxml.DomainQEMUOverrideProperty{Name: name, Type: "bool", Value: strconv.FormatBool(value)}
}

// removed takes away a property that libvirt wrote and the device, or another
// driver in its place, does not take.
func removed(name string) libvirtxml.DomainQEMUOverrideProperty {
	return libvirtxml.DomainQEMUOverrideProperty{Name: name, Type: "remove"}
}
