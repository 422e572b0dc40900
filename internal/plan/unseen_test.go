// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"

	"vmprov/storage"
)

// TestVolumeInFolderOfNewPool: what lies in the folder of a pool that is made
// only now cannot be observed before. No mark takes it over, and destroy leaves it.
func TestVolumeInFolderOfNewPool(t *testing.T) {
	w := newWorld(t)
	d := w.declare("  a: {networks: [], disks: [{name: scratch, size: 1MiB}]}\n")
	p, err := DiffUp(d, w.observe(d), all(d))
	assert.NilError(t, err)

	const name = "p-a.scratch.qcow2"
	pool := d.Host.DefaultPoolPath()
	assert.NilError(t, w.client.Do(t.Context(), func(conn *libvirt.Connect) error {
		made := p.Actions[0].Op.(makePool)
		assert.Equal(t, made.path, pool)
		if err := storage.Make(conn, made.name, made.uuid, made.path); err != nil {
			return err
		}
		return storage.Create(t.Context(), conn, made.name, storage.Volume{Name: name, Format: "qcow2", Capacity: 1 << 20})
	}))

	r := w.apply(p, len(p.Actions))
	assert.Equal(t, len(r.Errors), 1)
	for _, err := range r.Errors {
		assert.Check(t, strings.Contains(err.Error(), "volume `"+name+"` exists in pool `vmprov` and no mark of this project owns it"), err)
	}
	o := w.observe(d)
	assert.Equal(t, len(o.Guests), 0)
	w.must(DiffDestroy(d, o, DestroyOptions{All: true}))
	assert.Check(t, w.observe(d).Pool.Volumes[name], "the volume is gone")

	assert.NilError(t, w.client.Do(t.Context(), func(conn *libvirt.Connect) error {
		if err := storage.Delete(t.Context(), conn, o.Pool.Name, name); err != nil {
			return err
		}
		_, err := storage.RemoveEmpty(t.Context(), conn, o.Pool.UUID)
		return err
	}))
}
