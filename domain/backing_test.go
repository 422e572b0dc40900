// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestReadRoot(t *testing.T) {
	for _, tc := range []struct {
		name, doc string
		want      RootDisk
	}{
		{"as defined", defined, RootDisk{Path: "/srv/a.root.qcow2", Base: "/nix/store/a/nixos.qcow2", BaseFormat: "qcow2"}},
		{"no devices", "<domain/>", RootDisk{}},
		{"no vda", `<domain><devices>
			<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
			<disk type='block' device='disk'><source dev='/dev/sdz'/></disk></devices></domain>`, RootDisk{}},
		{"an empty vda", `<domain><devices><disk type='file'><target dev='vda' bus='virtio'/></disk></devices></domain>`, RootDisk{}},
		{"a block device without a base", `<domain><devices>
			<disk type='block'><source dev='/dev/sdz'/><target dev='vda' bus='virtio'/></disk></devices></domain>`, RootDisk{Path: "/dev/sdz"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := ReadRoot(tc.doc)
			assert.NilError(t, err)
			assert.Equal(t, got, tc.want)
		})
	}
}

func TestReadRootOfARendering(t *testing.T) {
	doc, err := XML(newSpec())
	assert.NilError(t, err)
	got, err := ReadRoot(doc)
	assert.NilError(t, err)
	assert.Equal(t, got, newSpec().Root)
	_, err = ReadRoot("<domain")
	assert.ErrorContains(t, err, "read domain XML: ")
}
