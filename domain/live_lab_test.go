// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"path/filepath"
	"slices"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirt"
)

// TestLabLive does each live change twice to a guest that runs: what is there
// already is left, as it is for a command that was cut short and is repeated.
func TestLabLive(t *testing.T) {
	l := newLab(t)
	ports := with(func(s *Spec) { s.Platform.RootPorts, s.Compute.MaxCPUs = 2, 4 })
	full := l.guest(t, ports, withDisk(Disk{Name: "log", Serial: "log"}), withNVMe("ns", func(d *Disk) { d.Throttle = &Throttle{TotalIopsSec: 50} }), withDisk(Disk{
		Name: "data", Serial: "data", Throttle: &Throttle{TotalIopsSec: 100},
	}))
	definition, err := XML(full)
	assert.NilError(t, err)
	// The guest is booted with one disk less, and without a limit.
	booted := full
	booted.Disks = slices.Clone(full.Disks[:2])
	booted.Disks[1].Throttle = nil
	dom := l.define(t, booted)
	assert.NilError(t, Start(dom))

	data := Plugged{Disk: "data"}
	device, err := DeviceXML(definition, data)
	assert.NilError(t, err)
	second := NIC{MAC: "52:54:00:12:34:57", Network: l.network}
	for range 2 {
		assert.NilError(t, Attach(dom, data, device))
		text, err := NICXML(second)
		assert.NilError(t, err)
		assert.NilError(t, Attach(dom, Plugged{MAC: second.MAC}, text))
		assert.NilError(t, Grow(dom, "data", 8<<20))
		assert.NilError(t, Limit(dom, "data", definition))
		assert.NilError(t, Limit(dom, "ns", definition))
		assert.NilError(t, SetCPUs(dom, 2))
		assert.NilError(t, SetCurrentMemory(dom, 96<<20))
		assert.NilError(t, Pin(dom, Pins{VCPUs: map[int]string{0: "0"}, Emulator: "0"}, 0))
	}

	live, err := liveDevices(dom)
	assert.NilError(t, err)
	assert.Equal(t, len(live.Disks), 4)
	assert.Equal(t, len(live.Interfaces), 2)
	k := live.disk("data")
	const target = "vdc" // the namespace of the running guest has a name of another kind
	assert.Equal(t, k.Target.Dev, target)
	assert.Equal(t, k.IOTune.TotalIopsSec, uint64(100))
	limits, err := dom.GetBlockIoTune(live.disk("ns").Target.Dev, libvirt.DOMAIN_AFFECT_LIVE) // QEMU's own word
	assert.NilError(t, err)
	assert.Equal(t, limits.TotalIopsSec, uint64(50))
	info, err := dom.GetBlockInfo(target, 0)
	assert.NilError(t, err)
	assert.Equal(t, info.Capacity, uint64(8<<20))

	// Nothing shrinks, and no limit is left behind.
	assert.NilError(t, Grow(dom, "data", 4<<20))
	info, err = dom.GetBlockInfo(target, 0)
	assert.NilError(t, err)
	assert.Equal(t, info.Capacity, uint64(8<<20))
	full.Disks[2].Throttle = nil
	unlimited, err := XML(full)
	assert.NilError(t, err)
	assert.NilError(t, Limit(dom, "data", unlimited))

	// The definition is as it was.
	assert.Equal(t, len(inactive(t, dom).Devices.Disks), 3)

	gone, err := Detach(dom, Plugged{Tag: "never"})
	assert.NilError(t, err)
	assert.Check(t, gone)

	// Both spare ports are taken.
	l.image(t, "create", "-f", "qcow2", filepath.Join(l.dir, "more.qcow2"), "1M")
	more := full
	more.Disks = append(more.Disks[:2:2], Disk{Name: "more", Bus: busVirtio, Format: "qcow2", Path: filepath.Join(l.dir, "more.qcow2")})
	definition, err = XML(more)
	assert.NilError(t, err)
	device, err = DeviceXML(definition, Plugged{Disk: "more"})
	assert.NilError(t, err)
	assert.Check(t, cmp.ErrorContains(Attach(dom, Plugged{Disk: "more"}, device), "has no PCI Express root port free"))
}
