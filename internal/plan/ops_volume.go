// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"errors"

	"libvirt.org/go/libvirt"

	"vmprov/internal/virt"
	"vmprov/storage"
)

// createVolume makes a volume that a mark owns already.
type createVolume struct {
	pool   storage.Pool
	volume storage.Volume
	// ours says that vmprov made the pool: it is made again if another
	// project's destroy removes it as empty at this moment.
	ours bool
	// begun says that an earlier command may have made the volume.
	begun bool
}

func (o createVolume) describe() (string, string) { return "create volume", o.volume.Name }

func (o createVolume) run(ctx context.Context, a *Applier) error {
	err := a.Client.Do(ctx, o.create(ctx))
	if !o.ours || !virt.IsNotFound(err) && !virt.IsInvalidState(err) {
		return err
	}
	// Whoever removes an empty pool holds this lock.
	release, err := a.HostLock(ctx)
	if err != nil {
		return err
	}
	defer release()
	err = a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		return storage.Make(conn, o.pool.Name, o.pool.UUID, o.pool.Path)
	})
	if err != nil {
		return err
	}
	return a.Client.Do(ctx, o.create(ctx))
}

func (o createVolume) create(ctx context.Context) func(*libvirt.Connect) error {
	return func(conn *libvirt.Connect) error {
		err := storage.Create(ctx, conn, o.pool.Name, o.volume)
		if o.begun && errors.Is(err, libvirt.ERR_STORAGE_VOL_EXIST) {
			return nil
		}
		return err
	}
}

// deleteVolume deletes a volume that a mark owns.
type deleteVolume struct{ pool, name string }

func (o deleteVolume) describe() (string, string) { return "delete volume", o.name }

func (o deleteVolume) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error { return storage.Delete(ctx, conn, o.pool, o.name) })
}

// growVolume makes a data disk of a stopped guest larger.
type growVolume struct {
	pool, name string
	capacity   uint64
}

func (o growVolume) describe() (string, string) { return "grow volume", o.name }

func (o growVolume) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		return storage.Resize(ctx, conn, o.pool, o.name, o.capacity)
	})
}
