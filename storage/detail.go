// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"context"
	"fmt"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// Detail is a volume as its pool describes it.
type Detail struct {
	Name, Path string
	// Bytes are those that it takes on the disk, Capacity what a guest sees.
	Bytes, Capacity uint64
	// Backing is the file that its header names as its base; empty for none.
	Backing string
	// File is false for what is no plain file, such as a folder.
	File bool
	// Unread is why nothing more than its name is known; empty where it is.
	Unread string
}

// Details describes the volumes of every active pool, by the pool's name. The
// pools are read as libvirt knows them, and none is refreshed. A volume that
// goes meanwhile is left out.
func Details(ctx context.Context, conn *libvirt.Connect) (map[string][]Detail, error) {
	pools, err := conn.ListAllStoragePools(libvirt.CONNECT_LIST_STORAGE_POOLS_ACTIVE)
	if err != nil {
		return nil, fmt.Errorf("list pools: %w", err)
	}
	out := map[string][]Detail{}
	for i := range pools {
		name, err := pools[i].GetName()
		if err == nil && ctx.Err() == nil {
			out[name], err = details(ctx, &pools[i])
		}
		_ = pools[i].Free()
		if err != nil && !virt.IsNotFound(err) && !virt.IsInvalidState(err) {
			return nil, fmt.Errorf("list volumes of pool `%s`: %w", name, err)
		}
	}
	return out, ctx.Err()
}

func details(ctx context.Context, pool *libvirt.StoragePool) ([]Detail, error) {
	var volumes []libvirt.StorageVol
	err := whileBusy(ctx, func() (err error) {
		volumes, err = pool.ListAllStorageVolumes(0)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Detail
	for i := range volumes {
		d, err := detail(&volumes[i])
		_ = volumes[i].Free()
		if virt.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// detail describes a volume. libvirt reads its header anew, which fails where
// the file cannot be opened.
func detail(volume *libvirt.StorageVol) (Detail, error) {
	name, err := volume.GetName()
	if err != nil {
		return Detail{}, err
	}
	text, err := volume.GetXMLDesc(0)
	switch {
	case virt.IsNotFound(err) || virt.IsDisconnected(err):
		return Detail{}, err
	case err != nil:
		return Detail{Name: name, Unread: virt.Text(err)}, nil
	}
	return parseDetail(text)
}

// parseDetail reads a <volume> element as libvirt writes it, all sizes in bytes.
func parseDetail(text string) (Detail, error) {
	var def libvirtxml.StorageVolume
	if err := def.Unmarshal(text); err != nil {
		return Detail{}, fmt.Errorf("read volume: %w", err)
	}
	d := Detail{Name: def.Name, File: def.Type == "file"}
	if def.Allocation != nil {
		d.Bytes = def.Allocation.Value
	}
	if def.Capacity != nil {
		d.Capacity = def.Capacity.Value
	}
	if def.Target != nil {
		d.Path = def.Target.Path
	}
	if def.BackingStore != nil {
		d.Backing = def.BackingStore.Path
	}
	return d, nil
}
