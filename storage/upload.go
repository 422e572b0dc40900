// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"context"
	"fmt"
	"io"
	"os"

	"libvirt.org/go/libvirt"
)

// Upload writes a file of this host into a volume that exists, through
// libvirt's stream (virStorageVolUpload), so that it needs no right on the
// pool's folder. The volume must have the file's size. A context that ends
// breaks the stream off, and the volume's content is then undefined.
func Upload(ctx context.Context, conn *libvirt.Connect, pool, name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("copy into volume `%s`: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("copy into volume `%s`: %w", name, err)
	}
	return inPool(ctx, conn, pool, "copy into volume", name, func(p *libvirt.StoragePool) error {
		vol, err := p.LookupStorageVolByName(name)
		if err != nil {
			return err
		}
		defer func() { _ = vol.Free() }()
		// A new one for each try: one that was refused cannot be used again.
		stream, err := conn.NewStream(0)
		if err != nil {
			return err
		}
		defer func() { _ = stream.Free() }()
		if err := vol.Upload(stream, 0, uint64(info.Size()), 0); err != nil {
			return err
		}
		if err := stream.SendAll(chunks(ctx, f)); err != nil {
			_ = stream.Abort()
			return err
		}
		return stream.Finish()
	})
}

// chunks hands out what r has until the context ends.
func chunks(ctx context.Context, r io.Reader) libvirt.StreamSourceFunc {
	return func(_ *libvirt.Stream, n int) ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		buffer := make([]byte, n)
		got, err := r.Read(buffer)
		if err == io.EOF {
			return nil, nil
		}
		return buffer[:got], err
	}
}
