// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"libvirt.org/go/libvirt"
)

// Read copies the content of a volume from offset on to w, as far as it is
// written, and gives the number of bytes. It works for a user who may not open
// the file, and on a remote host.
func Read(ctx context.Context, conn *libvirt.Connect, pool, name string, offset uint64, w io.Writer) (int64, error) {
	var n int64
	err := inPool(ctx, conn, pool, "read volume", name, func(p *libvirt.StoragePool) error {
		vol, err := p.LookupStorageVolByName(name)
		if err != nil {
			return err
		}
		defer func() { _ = vol.Free() }()
		n, err = download(conn, vol, offset, w)
		return err
	})
	return n, err
}

func download(conn *libvirt.Connect, vol *libvirt.StorageVol, offset uint64, w io.Writer) (int64, error) {
	stream, err := conn.NewStream(0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = stream.Free() }()
	if err := vol.Download(stream, offset, 0, 0); err != nil {
		return 0, err
	}
	var n int64
	buf := make([]byte, 64<<10)
	for {
		got, err := stream.Recv(buf)
		if got > 0 {
			if _, err := w.Write(buf[:got]); err != nil {
				return n, errors.Join(err, stream.Abort())
			}
			n += int64(got)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return n, errors.Join(err, stream.Abort())
		}
		if got <= 0 {
			return n, stream.Finish()
		}
	}
}

// Present are those of names that an active pool has, without a look at its
// folder: what somebody put there since it was started or refreshed is not seen.
func Present(ctx context.Context, conn *libvirt.Connect, pool string, names []string) ([]string, error) {
	var present []string
	for _, name := range names {
		err := inPool(ctx, conn, pool, "look for volume", name, func(p *libvirt.StoragePool) error {
			vol, err := p.LookupStorageVolByName(name)
			if err != nil {
				return err
			}
			return vol.Free()
		})
		switch {
		case err == nil:
			present = append(present, name)
		case !errors.Is(err, libvirt.ERR_NO_STORAGE_VOL):
			return nil, err
		}
	}
	return present, nil
}

// Length is how many bytes a raw volume has.
func Length(ctx context.Context, conn *libvirt.Connect, pool, name string) (uint64, error) {
	var length uint64
	err := inPool(ctx, conn, pool, "look at volume", name, func(p *libvirt.StoragePool) error {
		vol, err := p.LookupStorageVolByName(name)
		if err != nil {
			return err
		}
		defer func() { _ = vol.Free() }()
		info, err := vol.GetInfo()
		if err != nil {
			return err
		}
		length = info.Capacity
		return nil
	})
	return length, err
}

// Tail is the last limit bytes of a raw volume.
func Tail(ctx context.Context, conn *libvirt.Connect, pool, name string, limit uint64) (string, error) {
	length, err := Length(ctx, conn, pool, name)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if _, err := Read(ctx, conn, pool, name, length-min(length, limit), &b); err != nil {
		return "", fmt.Errorf("read the end of `%s`: %w", name, err)
	}
	return b.String(), nil
}
