// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"
)

// TestMountedOn: an agent names the disks of each mount, which may be several.
func TestMountedOn(t *testing.T) {
	found := []libvirt.DomainFSInfo{
		{MountPoint: "/", DevAlias: []string{"vda"}},
		{MountPoint: "/pool", DevAlias: []string{"vdb", "vdc"}},
		{MountPoint: "/run"},
		{MountPoint: "/again", DevAlias: []string{"vdc"}},
	}
	assert.DeepEqual(t, mountedOn(found, "vdc"), []string{"/pool", "/again"})
	assert.DeepEqual(t, mountedOn(found, "vdd"), []string(nil))
}

// TestDeviceXML: a device by itself has what its definition says but its place.
func TestDeviceXML(t *testing.T) {
	definition, err := XML(newSpec(withDisk(Disk{Name: "log", Serial: "log"}), withShare("results", "/srv/results")))
	assert.NilError(t, err)
	for _, tc := range []struct {
		device Plugged
		want   string
	}{
		{Plugged{Disk: "log"}, "disk log of virtio on vdb, placed false"},
		{Plugged{Tag: "results"}, "share /srv/results as results, placed false"},
	} {
		text, err := DeviceXML(definition, tc.device)
		assert.NilError(t, err)
		d, err := readDevices("<domain><devices>" + text + "</devices></domain>")
		assert.NilError(t, err)
		got := ""
		for _, k := range d.Disks {
			got = fmt.Sprintf("disk %s of %s on %s, placed %t", k.Serial, k.Target.Bus, k.Target.Dev, k.Address != nil)
		}
		for _, f := range d.Filesystems {
			got = fmt.Sprintf("share %s as %s, placed %t", f.Source.Mount.Dir, f.Target.Dir, f.Address != nil)
		}
		assert.Equal(t, got, tc.want)
	}
	_, err = DeviceXML(definition, Plugged{Disk: "none"})
	assert.Error(t, err, "disk `none` is not in the definition")
}

// TestRetarget: a disk takes the first name that is free, whatever bus it has.
func TestRetarget(t *testing.T) {
	d, err := readDevices(`<domain><devices>
		<disk><target dev='vda' bus='virtio'/></disk><disk><target dev='vdc' bus='virtio'/></disk><disk><target dev='sda' bus='scsi'/></disk>
	</devices></domain>`)
	assert.NilError(t, err)
	for was, want := range map[string]string{"vdz": "vdb", "sda": "sdb"} {
		text, err := d.retarget("<disk><target dev='" + was + "'/></disk>")
		assert.NilError(t, err)
		got, err := readDevices("<domain><devices>" + text + "</devices></domain>")
		assert.NilError(t, err)
		assert.Equal(t, got.Disks[0].Target.Dev, want)
	}
}

func TestCPUMap(t *testing.T) {
	for set, want := range map[string][]bool{
		"":       {true, true, true, true},
		"2":      {false, false, true, false},
		"0,2-3":  {true, false, true, true},
		"0-3,^2": {true, true, false, true},
		"3-9":    {false, false, false, true},
	} {
		assert.DeepEqual(t, cpuMap(set, 4), want)
	}
}
