// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/virt/virttest"
)

func TestDetails(t *testing.T) {
	conn := virttest.Driver(t)
	const uuid = "2b0e5e5c-0000-4000-8000-000000000002"
	assert.NilError(t, Make(conn, "details", uuid, "/details"))
	for _, v := range []Volume{
		{Name: "base", Format: "qcow2", Capacity: 2 << 20},
		{Name: "overlay", Format: "qcow2", Capacity: 4 << 20, Backing: "/details/base", BackingFormat: "qcow2"},
	} {
		assert.NilError(t, Create(t.Context(), conn, "details", v))
	}
	got, err := Details(t.Context(), conn)
	assert.NilError(t, err)
	found := map[string]Detail{}
	for _, d := range got["details"] {
		d.Bytes = 0 // the test driver's own idea
		found[d.Name] = d
	}
	assert.DeepEqual(t, found, map[string]Detail{
		"base":    {Name: "base", Path: "/details/base", Capacity: 2 << 20, File: true},
		"overlay": {Name: "overlay", Path: "/details/overlay", Capacity: 4 << 20, Backing: "/details/base", File: true},
	})

	d, err := parseDetail(`<volume type='dir'><name>x</name><allocation unit='bytes'>4096</allocation><target><path>/p/x</path></target></volume>`)
	assert.NilError(t, err)
	assert.DeepEqual(t, d, Detail{Name: "x", Path: "/p/x", Bytes: 4096})
}
