// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"gotest.tools/v3/icmd"
	"libvirt.org/go/libvirt"

	"vmprov/internal/virt"
	"vmprov/internal/virt/virttest"
)

var qemu = virt.Credential{UID: 64055, GID: 64055}

var volumes = map[string]Volume{
	"overlay":        {Name: "p-a.root.1.qcow2", Format: "qcow2", Capacity: 4 << 30, Backing: "/nix/store/i/nixos.qcow2", BackingFormat: "qcow2", Owner: qemu},
	"qcow2":          {Name: "p-a.scratch.qcow2", Format: "qcow2", Capacity: 20 << 30, Owner: qemu},
	"raw":            {Name: "p-a.log.raw", Format: "raw", Capacity: 1, Owner: qemu},
	"qcow2-metadata": {Name: "p-a.scratch.qcow2", Format: "qcow2", Capacity: 20 << 30, Preallocation: "metadata", Owner: qemu},
	"qcow2-falloc":   {Name: "p-a.scratch.qcow2", Format: "qcow2", Capacity: 20 << 30, Preallocation: "falloc", Owner: qemu},
	"raw-falloc":     {Name: "p-a.log.raw", Format: "raw", Capacity: 1 << 30, Preallocation: "falloc", Owner: qemu},
	"console":        {Name: "p-a.console.log", Format: "raw"},
}

const poolUUID = "7a4b7a33-05c1-5d3c-9d4e-5e6f1f2f8b01"

func TestXML(t *testing.T) {
	for name, v := range volumes {
		text, err := v.XML()
		assert.NilError(t, err)
		golden.Assert(t, text, name+".golden.xml")
	}
	text, err := PoolXML("vmprov", poolUUID, "/var/lib/libvirt/images/vmprov")
	assert.NilError(t, err)
	golden.Assert(t, text, "pool.golden.xml")
}

// TestGoldenSchema holds what is rendered to libvirt's own schemas.
func TestGoldenSchema(t *testing.T) {
	for name := range volumes {
		icmd.RunCommand("virt-xml-validate", golden.Path(name+".golden.xml"), "storagevol").Assert(t, icmd.Success)
	}
	icmd.RunCommand("virt-xml-validate", golden.Path("pool.golden.xml"), "storagepool").Assert(t, icmd.Success)
}

func find(t *testing.T, conn *libvirt.Connect) Pool {
	t.Helper()
	p, err := Find(t.Context(), conn, "vmprov", "")
	assert.NilError(t, err)
	return p
}

func TestPool(t *testing.T) {
	conn := virttest.Driver(t)
	assert.Check(t, !find(t, conn).Exists())

	assert.NilError(t, Make(conn, "vmprov", poolUUID, "/srv/vmprov"))
	assert.NilError(t, Make(conn, "vmprov", poolUUID, "/srv/vmprov"), "one that is there")
	p := find(t, conn)
	assert.Check(t, p.Exists() && p.Active && p.UUID == poolUUID && p.Path == "/srv/vmprov" && p.Available > 0, "%+v", p)
	assert.Equal(t, p.Volume("x"), "/srv/vmprov/x")
	assert.ErrorContains(t, Make(conn, "vmprov", "00000000-0000-0000-0000-000000000001", "/srv/other"), "define pool `vmprov`: ")
	all, err := List(conn)
	assert.NilError(t, err)
	assert.DeepEqual(t, all, []Pool{{Name: "vmprov", UUID: poolUUID, Path: "/srv/vmprov"}})

	pool, err := conn.LookupStoragePoolByName("vmprov")
	assert.NilError(t, err)
	defer func() { _ = pool.Free() }()
	assert.NilError(t, pool.Destroy())
	assert.Check(t, !find(t, conn).Active)
	assert.NilError(t, Make(conn, "vmprov", poolUUID, "/srv/vmprov"), "one that rests")
	assert.Check(t, find(t, conn).Active)
}

func TestRemoveEmpty(t *testing.T) {
	for _, tc := range []struct {
		name    string
		full    bool
		resting bool
		removed bool
	}{
		{name: "empty", removed: true},
		{name: "empty and resting", resting: true, removed: true},
		{name: "with a volume", full: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			conn := virttest.Driver(t)
			assert.NilError(t, Make(conn, "vmprov", poolUUID, "/srv/vmprov"))
			if tc.full {
				assert.NilError(t, Create(t.Context(), conn, "vmprov", volumes["qcow2"]))
			}
			if tc.resting {
				pool, err := conn.LookupStoragePoolByName("vmprov")
				assert.NilError(t, err)
				assert.NilError(t, pool.Destroy())
				assert.NilError(t, pool.Free())
			}
			removed, err := RemoveEmpty(t.Context(), conn, poolUUID)
			assert.NilError(t, err)
			assert.Equal(t, removed, tc.removed)
			assert.Equal(t, find(t, conn).Exists(), !tc.removed)
		})
	}
	removed, err := RemoveEmpty(t.Context(), virttest.Driver(t), poolUUID)
	assert.NilError(t, err, "one that is gone")
	assert.Check(t, !removed)
}

func TestVolume(t *testing.T) {
	conn, ctx := virttest.Driver(t), t.Context()
	assert.NilError(t, Make(conn, "vmprov", poolUUID, "/srv/vmprov"))
	// The test driver preallocates nothing; test/disk_test.go does so.
	for _, name := range []string{"overlay", "qcow2", "raw", "console"} {
		assert.NilError(t, Create(ctx, conn, "vmprov", volumes[name]))
	}
	assert.DeepEqual(t, find(t, conn).Volumes, map[string]bool{"p-a.root.1.qcow2": true, "p-a.scratch.qcow2": true, "p-a.log.raw": true, "p-a.console.log": true})
	err := Create(ctx, conn, "vmprov", volumes["qcow2"])
	assert.ErrorContains(t, err, "create volume `p-a.scratch.qcow2` in pool `vmprov`: ")
	assert.ErrorContains(t, err, "already exists")

	base, err := Backing(ctx, conn, "vmprov", "p-a.root.1.qcow2")
	assert.NilError(t, err)
	assert.Equal(t, base, "/nix/store/i/nixos.qcow2")
	base, err = Backing(ctx, conn, "vmprov", "p-a.scratch.qcow2")
	assert.NilError(t, err)
	assert.Equal(t, base, "")
	length, err := Length(ctx, conn, "vmprov", "p-a.log.raw")
	assert.NilError(t, err)
	assert.Equal(t, length, uint64(1))

	assert.NilError(t, Delete(ctx, conn, "vmprov", "p-a.log.raw"))
	assert.NilError(t, Delete(ctx, conn, "vmprov", "p-a.log.raw"), "one that is gone")
	assert.NilError(t, Delete(ctx, conn, "gone", "p-a.log.raw"), "in a pool that is gone")
	_, err = Backing(ctx, conn, "vmprov", "p-a.log.raw")
	assert.Check(t, virt.IsNotFound(err), "%v", err)
	_, err = Length(ctx, conn, "gone", "x")
	assert.ErrorContains(t, err, "look at volume `x` in pool `gone`: ")
}

// TestBusyPool: other work on the pool is waited for, until the context ends.
func TestBusyPool(t *testing.T) {
	conn := virttest.Driver(t)
	assert.NilError(t, Make(conn, "vmprov", poolUUID, "/srv/vmprov"))
	busy := libvirt.Error{Code: libvirt.ERR_INTERNAL_ERROR, Domain: libvirt.FROM_STORAGE, Message: "internal error: pool 'vmprov' has asynchronous jobs running."}
	tries := 0
	err := inPool(t.Context(), conn, "vmprov", "try", "x", func(*libvirt.StoragePool) error {
		if tries++; tries < 3 {
			return busy
		}
		return nil
	})
	assert.NilError(t, err)
	assert.Equal(t, tries, 3)

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err = inPool(ctx, conn, "vmprov", "try", "x", func(*libvirt.StoragePool) error { return busy })
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Check(t, strings.HasPrefix(err.Error(), "try `x` in pool `vmprov`: "))

	broken := errors.New("broken")
	err = inPool(t.Context(), conn, "vmprov", "try", "x", func(*libvirt.StoragePool) error { return broken })
	assert.ErrorIs(t, err, broken)
}
