// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestReadResources(t *testing.T) {
	got, err := ReadResources(defined)
	assert.NilError(t, err)
	assert.DeepEqual(t, got, Resources{
		Root:     RootDisk{Path: "/srv/a.root.qcow2", Base: "/nix/store/a/nixos.qcow2", BaseFormat: "qcow2"},
		Disks:    []string{"/srv/a.log.qcow2"},
		MACs:     []string{"52:54:00:00:00:01", "52:54:00:00:00:02"},
		Networks: []string{"lab"},
	})
}

// TestReadResourcesOfForeignDomains reads what vmprov would never render.
func TestReadResourcesOfForeignDomains(t *testing.T) {
	for _, tc := range []struct {
		name, doc string
		want      Resources
	}{
		{"no devices", "<domain/>", Resources{}},
		{"empty drive, block device, odd NIC", `<domain><devices>
			<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
			<disk type='block' device='disk'><source dev='/dev/sdz'/></disk>
			<interface type='user'/></devices></domain>`, Resources{Disks: []string{"/dev/sdz"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := ReadResources(tc.doc)
			assert.NilError(t, err)
			assert.DeepEqual(t, got, tc.want)
		})
	}
}

func TestReadResourcesOfARendering(t *testing.T) {
	doc, err := XML(newSpec())
	assert.NilError(t, err)
	got, err := ReadResources(doc)
	assert.NilError(t, err)
	assert.Equal(t, got.Root, newSpec().Root)
	_, err = ReadResources("<domain")
	assert.ErrorContains(t, err, "read domain XML: ")
}
