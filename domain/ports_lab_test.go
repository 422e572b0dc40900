// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// freePorts are the indexes of root ports behind which there is nothing.
func freePorts(d libvirtxml.Domain) int {
	taken := map[uint]bool{}
	take := func(a *libvirtxml.DomainAddress) {
		if a != nil && a.PCI != nil {
			taken[*a.PCI.Bus] = true
		}
	}
	for _, k := range d.Devices.Disks {
		take(k.Address)
	}
	for _, c := range d.Devices.Controllers {
		take(c.Address)
	}
	for _, n := range d.Devices.Interfaces {
		take(n.Address)
	}
	for _, f := range d.Devices.Filesystems {
		take(f.Address)
	}
	for _, r := range d.Devices.RNGs {
		take(r.Address)
	}
	take(d.Devices.MemBalloon.Address)
	if d.Devices.VSock != nil {
		take(d.Devices.VSock.Address)
	}
	free := 0
	for _, c := range d.Devices.Controllers {
		if c.Model == "pcie-root-port" && !taken[*c.Index] {
			free++
		}
	}
	return free
}

func inactive(t *testing.T, dom *libvirt.Domain) libvirtxml.Domain {
	t.Helper()
	doc, err := InactiveXML(dom)
	assert.NilError(t, err)
	var d libvirtxml.Domain
	assert.NilError(t, d.Unmarshal(doc))
	return d
}

// TestLabFreePorts counts what libvirt left free, and fills it while the guest
// runs with what a guest can be given then.
func TestLabFreePorts(t *testing.T) {
	l := newLab(t)
	free := with(func(s *Spec) { s.Platform.RootPorts = 3 })
	devices := []option{
		free, withShare("results", ""), withNVMe("scratch"), withDisk(Disk{Name: "log"}),
		withNVMe("one", onController("pool")), withNVMe("two", onController("pool")),
		withNIC(NIC{MAC: "52:54:00:00:00:02", Network: l.network}),
	}
	for _, tc := range []struct {
		name    string
		options []option
		want    int
	}{
		{"none", []option{withShare("results", "")}, 0},
		{"three", []option{free}, 3},
		{"three beside many devices", devices, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, freePorts(inactive(t, l.define(t, l.guest(t, tc.options...)))), tc.want)
		})
	}

	dom := l.define(t, l.guest(t, free, withShare("results", "")))
	assert.NilError(t, Start(dom))
	image := filepath.Join(l.dir, "more.qcow2")
	l.image(t, "create", "-f", "qcow2", image, "4M")
	// No share: libvirt 9.0 dies of a share that is attached where it runs
	// without control groups, as here and in a session.
	attach := func(device string) error { return dom.AttachDeviceFlags(device, libvirt.DOMAIN_DEVICE_MODIFY_LIVE) }
	for _, device := range []string{
		fmt.Sprintf("<disk type='file'><driver name='qemu' type='qcow2'/><source file='%s'/><target dev='vdz' bus='virtio'/></disk>", image),
		fmt.Sprintf("<interface type='network'><source network='%s'/><model type='virtio'/></interface>", l.network),
		more,
	} {
		assert.NilError(t, attach(device), device)
	}
	assert.Assert(t, cmp.ErrorContains(attach(more), "No more available PCI slots"))
}

// more is a device of which a guest can have any number.
const more = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
