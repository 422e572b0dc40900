// SPDX-License-Identifier: Apache-2.0

// Package storage makes and removes the volumes of guests (root overlays, data
// disks, console logs) and the pool they are in, through libvirt's storage
// API, so that it works unprivileged and on a remote host alike. It deletes by
// name only and never recursively.
package storage

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// Volume is a volume as it is wanted.
type Volume struct {
	Name string
	// Format is qcow2 or raw.
	Format string
	// Capacity in bytes.
	Capacity uint64
	// Backing is the file that a qcow2 overlay backs on, with its format.
	Backing, BackingFormat string
	// Preallocation is what is allocated at once: metadata (qcow2 only), falloc
	// for all of it, or nothing where it is empty or off.
	Preallocation string
	// Owner runs the guests. libvirt hands the file over at a start by itself
	// unless dynamic_ownership is off; the right owner from the start serves both.
	Owner virt.Credential
}

// XML is the <volume> element. Files are 0600: a disk holds whatever the guest holds.
func (v Volume) XML() (string, error) {
	vol := libvirtxml.StorageVolume{
		Name:     v.Name,
		Capacity: &libvirtxml.StorageVolumeSize{Unit: "bytes", Value: v.Capacity},
		Target: &libvirtxml.StorageVolumeTarget{
			Format: &libvirtxml.StorageVolumeTargetFormat{Type: v.Format},
			Permissions: &libvirtxml.StorageVolumeTargetPermissions{
				Owner: strconv.Itoa(v.Owner.UID), Group: strconv.Itoa(v.Owner.GID), Mode: "0600",
			},
		},
	}
	if v.Format == "qcow2" {
		// libvirt 9.0 writes version 2 (0.10) by itself, which has no clusters of
		// zeroes, so that an overlay cannot discard, and keeps no dirty bitmaps.
		vol.Target.Compat = "1.1"
	}
	if allocation, said := v.allocation(); said {
		vol.Allocation = &libvirtxml.StorageVolumeSize{Unit: "bytes", Value: allocation}
	}
	if v.Backing != "" {
		vol.BackingStore = &libvirtxml.StorageVolumeBackingStore{
			Path:   v.Backing,
			Format: &libvirtxml.StorageVolumeTargetFormat{Type: v.BackingFormat},
		}
	}
	text, err := vol.Marshal()
	if err != nil {
		return "", fmt.Errorf("render volume `%s`: %w", v.Name, err)
	}
	return text, nil
}

// allocation is how much of a volume is allocated when it is made; said is false
// where the format's own way serves. A raw volume is allocated in full unless it
// is said not to be.
func (v Volume) allocation() (bytes uint64, said bool) {
	if v.Preallocation == "falloc" {
		return v.Capacity, true
	}
	return 0, v.Format == "raw"
}

// flags of the call that makes the volume: with this one libvirt preallocates a
// qcow2 file, in full where its allocation is the capacity, else its tables alone.
func (v Volume) flags() libvirt.StorageVolCreateFlags {
	if v.Format == "qcow2" && (v.Preallocation == "metadata" || v.Preallocation == "falloc") {
		return libvirt.STORAGE_VOL_CREATE_PREALLOC_METADATA
	}
	return 0
}

// Create makes a volume. A volume of that name that is there already is an
// error: who owns it is not known here.
func Create(ctx context.Context, conn *libvirt.Connect, pool string, v Volume) error {
	text, err := v.XML()
	if err != nil {
		return err
	}
	return inPool(ctx, conn, pool, "create volume", v.Name, func(p *libvirt.StoragePool) error {
		vol, err := p.StorageVolCreateXML(text, v.flags())
		if err != nil {
			return err
		}
		return vol.Free()
	})
}

// Delete deletes a volume by name; one that is gone is no error.
func Delete(ctx context.Context, conn *libvirt.Connect, pool, name string) error {
	err := inPool(ctx, conn, pool, "delete volume", name, func(p *libvirt.StoragePool) error {
		vol, err := p.LookupStorageVolByName(name)
		if err != nil {
			return err
		}
		defer func() { _ = vol.Free() }()
		return vol.Delete(libvirt.STORAGE_VOL_DELETE_NORMAL)
	})
	if virt.IsNotFound(err) {
		return nil
	}
	return err
}

// Resize grows a volume to capacity bytes.
func Resize(ctx context.Context, conn *libvirt.Connect, pool, name string, capacity uint64) error {
	return inPool(ctx, conn, pool, "grow volume", name, func(p *libvirt.StoragePool) error {
		vol, err := p.LookupStorageVolByName(name)
		if err != nil {
			return err
		}
		defer func() { _ = vol.Free() }()
		return vol.Resize(capacity, 0)
	})
}

// Backing is the file that the header of a volume names as its base.
func Backing(ctx context.Context, conn *libvirt.Connect, pool, name string) (string, error) {
	var path string
	err := inPool(ctx, conn, pool, "read volume", name, func(p *libvirt.StoragePool) error {
		vol, err := p.LookupStorageVolByName(name)
		if err != nil {
			return err
		}
		defer func() { _ = vol.Free() }()
		text, err := vol.GetXMLDesc(0)
		if err != nil {
			return err
		}
		var def libvirtxml.StorageVolume
		if err := def.Unmarshal(text); err != nil {
			return err
		}
		if def.BackingStore != nil {
			path = def.BackingStore.Path
		}
		return nil
	})
	return path, err
}

// busyRetry is how often a busy pool is asked again; its work lasts a few
// milliseconds and libvirt has no event for its end.
const busyRetry = 20 * time.Millisecond

// inPool runs fn on a pool. Volume work of others on the same pool is waited
// for until ctx ends.
func inPool(ctx context.Context, conn *libvirt.Connect, pool, verb, name string, fn func(*libvirt.StoragePool) error) error {
	p, err := conn.LookupStoragePoolByName(pool)
	if err != nil {
		return fmt.Errorf("%s `%s` in pool `%s`: %w", verb, name, pool, err)
	}
	defer func() { _ = p.Free() }()
	if err := whileBusy(ctx, func() error { return fn(p) }); err != nil {
		return fmt.Errorf("%s `%s` in pool `%s`: %w", verb, name, pool, err)
	}
	return nil
}

// whileBusy repeats what other work on the same pool refuses.
func whileBusy(ctx context.Context, fn func() error) error {
	for {
		err := fn()
		if err == nil || !virt.IsBusyPool(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(busyRetry):
		}
	}
}
