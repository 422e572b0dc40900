// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"

	"libvirt.org/go/libvirt"

	"vmprov/storage"
)

// fillVolume makes a volume with a content. What an earlier command left of it
// is written over.
type fillVolume struct {
	createVolume
	content storage.Content
}

func (o fillVolume) describe() (string, string) { return "fill volume", o.volume.Name }

func (o fillVolume) run(ctx context.Context, a *Applier) error {
	if o.begun {
		// Its size may be that of another content.
		if err := (deleteVolume{o.pool.Name, o.volume.Name}).run(ctx, a); err != nil {
			return err
		}
	}
	if err := o.createVolume.run(ctx, a); err != nil {
		return err
	}
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		return storage.Write(ctx, conn, o.pool.Name, o.volume.Name, o.content)
	})
}

// mountView makes the read-only view of a folder that a guest boots from.
type mountView struct{ view View }

func (o mountView) describe() (string, string) { return "mount read-only", o.view.Mount }

func (o mountView) run(context.Context, *Applier) error {
	return storage.MountReadOnly(o.view.Source, o.view.Mount)
}

// unmountView ends a read-only view; top is the folder that stays.
type unmountView struct{ mount, top string }

func (o unmountView) describe() (string, string) { return "unmount", o.mount }

func (o unmountView) run(context.Context, *Applier) error { return storage.Unmount(o.mount, o.top) }
