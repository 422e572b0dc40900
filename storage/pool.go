// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"context"
	"fmt"
	"path"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// Pool is a storage pool as libvirt has it.
type Pool struct {
	Name, UUID string
	// Path is the folder of the pool.
	Path   string
	Active bool
	// Available bytes.
	Available uint64
	// Volumes are the names in the pool; nothing is seen of one that is not active.
	Volumes map[string]bool
}

// Exists says that the pool is there.
func (p Pool) Exists() bool { return p.UUID != "" }

// Volume is the path of a volume.
func (p Pool) Volume(name string) string { return path.Join(p.Path, name) }

// Find looks a pool up by name, and where that is empty by the folder it is
// in. A pool that is not there comes back with Exists false and no error. An
// active pool is refreshed, so that files that somebody put there or removed are seen.
func Find(ctx context.Context, conn *libvirt.Connect, name, folder string) (Pool, error) {
	p, err := lookup(conn, name, folder)
	if err != nil || p == nil {
		return Pool{Name: name, Path: folder}, err
	}
	defer func() { _ = p.Free() }()
	pool, err := read(ctx, conn, p)
	if virt.IsNotFound(err) {
		return Pool{Name: name, Path: folder}, nil // it went meanwhile
	}
	return pool, err
}

func lookup(conn *libvirt.Connect, name, folder string) (*libvirt.StoragePool, error) {
	if name == "" {
		p, err := conn.LookupStoragePoolByTargetPath(folder)
		return notFoundIsNil(p, err, "folder "+folder)
	}
	p, err := conn.LookupStoragePoolByName(name)
	return notFoundIsNil(p, err, name)
}

func notFoundIsNil(p *libvirt.StoragePool, err error, what string) (*libvirt.StoragePool, error) {
	switch {
	case err == nil:
		return p, nil
	case virt.IsNotFound(err):
		return nil, nil
	default:
		return nil, fmt.Errorf("look up pool `%s`: %w", what, err)
	}
}

func read(ctx context.Context, conn *libvirt.Connect, p *libvirt.StoragePool) (Pool, error) {
	text, err := p.GetXMLDesc(0)
	if err != nil {
		return Pool{}, fmt.Errorf("read pool: %w", err)
	}
	var def libvirtxml.StoragePool
	if err := def.Unmarshal(text); err != nil {
		return Pool{}, fmt.Errorf("read pool: %w", err)
	}
	pool := Pool{Name: def.Name, UUID: def.UUID, Volumes: map[string]bool{}}
	if def.Target != nil {
		pool.Path = def.Target.Path
	}
	if def.Available != nil {
		pool.Available = def.Available.Value
	}
	if pool.Active, err = p.IsActive(); err != nil || !pool.Active {
		return pool, err
	}
	err = pool.readVolumes(ctx, conn, p)
	if virt.IsInvalidState(err) {
		// Another project's destroy stopped it meanwhile: it was empty.
		pool.Active, pool.Volumes = false, map[string]bool{}
		return pool, nil
	}
	return pool, err
}

// readVolumes lists what is in the folder now.
func (p Pool) readVolumes(ctx context.Context, conn *libvirt.Connect, pool *libvirt.StoragePool) error {
	err := inPool(ctx, conn, p.Name, "refresh", p.Name, func(pool *libvirt.StoragePool) error { return pool.Refresh(0) })
	if err != nil {
		return err
	}
	names, err := pool.ListStorageVolumes()
	if err != nil {
		return fmt.Errorf("list volumes of pool `%s`: %w", p.Name, err)
	}
	for _, name := range names {
		p.Volumes[name] = true
	}
	return nil
}

// PoolXML is the <pool> element of a folder pool. Its folder lets QEMU's user
// through to files that it knows the names of, and nobody read the list.
func PoolXML(name, uuid, folder string) (string, error) {
	def := libvirtxml.StoragePool{
		Type: "dir", Name: name, UUID: uuid,
		Target: &libvirtxml.StoragePoolTarget{
			Path:        folder,
			Permissions: &libvirtxml.StoragePoolTargetPermissions{Mode: "0711"},
		},
	}
	text, err := def.Marshal()
	if err != nil {
		return "", fmt.Errorf("render pool `%s`: %w", name, err)
	}
	return text, nil
}

// Make defines a folder pool, makes its folder and starts it with the host.
// It carries on where an earlier try stopped.
func Make(conn *libvirt.Connect, name, uuid, folder string) error {
	p, err := conn.LookupStoragePoolByUUIDString(uuid)
	if virt.IsNotFound(err) {
		text, xmlErr := PoolXML(name, uuid, folder)
		if xmlErr != nil {
			return xmlErr
		}
		p, err = conn.StoragePoolDefineXML(text, 0)
	}
	if err != nil {
		return fmt.Errorf("define pool `%s`: %w", name, err)
	}
	defer func() { _ = p.Free() }()
	active, err := p.IsActive()
	if err != nil {
		return fmt.Errorf("look at pool `%s`: %w", name, err)
	}
	if !active {
		if err := p.Build(libvirt.STORAGE_POOL_BUILD_NEW); err != nil {
			return fmt.Errorf("make folder of pool `%s`: %w", name, err)
		}
		if err := start(p); err != nil {
			return fmt.Errorf("start pool `%s`: %w", name, err)
		}
	}
	// Last of all: it says that the pool was finished, see removeUnfinished.
	if err := p.SetAutostart(true); err != nil {
		return fmt.Errorf("start pool `%s` with the host: %w", name, err)
	}
	return nil
}

// start starts a pool, or finds it started meanwhile.
func start(p *libvirt.StoragePool) error {
	err := p.Create(0)
	if !virt.IsInvalidState(err) {
		return err
	}
	if active, activeErr := p.IsActive(); activeErr == nil && active {
		return nil
	}
	return err
}

// RemoveEmpty removes the pool of that UUID with its folder when no volume is
// left in it; removed says whether it did. A pool that is gone is no error, and
// a finished one that does not start is left: nobody knows what is in it.
func RemoveEmpty(ctx context.Context, conn *libvirt.Connect, uuid string) (removed bool, err error) {
	p, err := conn.LookupStoragePoolByUUIDString(uuid)
	if virt.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up pool: %w", err)
	}
	defer func() { _ = p.Free() }()
	if active, err := p.IsActive(); err != nil {
		return false, err
	} else if !active && p.Create(0) != nil {
		return removeUnfinished(p)
	}
	pool, err := read(ctx, conn, p)
	if virt.IsNotFound(err) {
		return false, nil
	}
	if err != nil || !pool.Active || len(pool.Volumes) > 0 {
		return false, err
	}
	if err := whileBusy(ctx, p.Destroy); err != nil {
		return false, fmt.Errorf("stop pool `%s`: %w", pool.Name, err)
	}
	// Deletes the folder when it is empty. A pool that is stopped takes no volume.
	if whileBusy(ctx, func() error { return p.Delete(libvirt.STORAGE_POOL_DELETE_NORMAL) }) != nil {
		if kept, err := keepFilled(ctx, conn, p); kept || err != nil {
			return false, err
		}
	}
	if err := whileBusy(ctx, p.Undefine); err != nil {
		return false, fmt.Errorf("undefine pool `%s`: %w", pool.Name, err)
	}
	return true, nil
}

// removeUnfinished undefines a pool that Make, killed in between, left without
// a folder: what it finished starts with the host. Such a one that does not
// start has its folder on a disk that is not mounted, and is left.
func removeUnfinished(p *libvirt.StoragePool) (removed bool, err error) {
	finished, err := p.GetAutostart()
	if err != nil || finished {
		return false, err
	}
	return true, p.Undefine()
}

// keepFilled starts a pool again whose folder could not be deleted, and keeps
// it when a volume came into it before it was stopped. Anything else in the
// folder (one of somebody's) stays without the pool.
func keepFilled(ctx context.Context, conn *libvirt.Connect, p *libvirt.StoragePool) (kept bool, err error) {
	if p.Create(0) != nil {
		return false, nil // there is no folder any more
	}
	pool, err := read(ctx, conn, p)
	if err != nil || len(pool.Volumes) > 0 {
		return true, err
	}
	if err := whileBusy(ctx, p.Destroy); err != nil {
		return true, fmt.Errorf("stop pool `%s`: %w", pool.Name, err)
	}
	return false, nil
}

// List reads the pools of a host as they are, without a look at their volumes.
func List(conn *libvirt.Connect) ([]Pool, error) {
	pools, err := conn.ListAllStoragePools(0)
	if err != nil {
		return nil, fmt.Errorf("list pools: %w", err)
	}
	var out []Pool
	for i := range pools {
		text, err := pools[i].GetXMLDesc(0)
		_ = pools[i].Free()
		if virt.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read pool: %w", err)
		}
		var def libvirtxml.StoragePool
		if err := def.Unmarshal(text); err != nil {
			return nil, fmt.Errorf("read pool: %w", err)
		}
		pool := Pool{Name: def.Name, UUID: def.UUID}
		if def.Target != nil {
			pool.Path = def.Target.Path
		}
		out = append(out, pool)
	}
	return out, nil
}
