// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"libvirt.org/go/libvirt"
)

// Content is what a volume is filled with.
type Content struct {
	size func() (uint64, error)
	open func() (io.ReadCloser, error)
}

// FileContent is a file of this host.
func FileContent(path string) Content {
	return Content{
		size: func() (uint64, error) {
			info, err := os.Stat(path)
			if err != nil {
				return 0, err
			}
			return uint64(info.Size()), nil
		},
		open: func() (io.ReadCloser, error) { return os.Open(path) },
	}
}

// BytesContent is data in memory.
func BytesContent(data []byte) Content {
	return Content{
		size: func() (uint64, error) { return uint64(len(data)), nil },
		open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// Write fills a volume that exists and has the content's size, through libvirt's
// stream (virStorageVolUpload), so that it needs no right on the pool's folder.
// A context that ends breaks the stream off, and what the volume holds is then
// undefined. A content that is not of the size of the volume any more is an error.
func Write(ctx context.Context, conn *libvirt.Connect, pool, name string, c Content) error {
	return inPool(ctx, conn, pool, "fill volume", name, func(p *libvirt.StoragePool) error {
		vol, err := p.LookupStorageVolByName(name)
		if err != nil {
			return err
		}
		defer func() { _ = vol.Free() }()
		size, err := fits(vol, c)
		if err != nil {
			return err
		}
		// A new stream for each try: one that was refused cannot be used again.
		stream, err := conn.NewStream(0)
		if err != nil {
			return err
		}
		defer func() { _ = stream.Free() }()
		if err := vol.Upload(stream, 0, size, 0); err != nil {
			return err
		}
		return send(ctx, stream, c)
	})
}

// fits holds the content to the size that the volume was made with.
func fits(vol *libvirt.StorageVol, c Content) (uint64, error) {
	size, err := c.size()
	if err != nil {
		return 0, err
	}
	info, err := vol.GetInfo()
	if err != nil {
		return 0, err
	}
	if info.Capacity != size {
		return 0, fmt.Errorf("its content has %d bytes by now and had %d (it changed meanwhile: run the command again)", size, info.Capacity)
	}
	return size, nil
}

func send(ctx context.Context, stream *libvirt.Stream, c Content) error {
	r, err := c.open()
	if err != nil {
		_ = stream.Abort()
		return err
	}
	defer r.Close()
	if err := stream.SendAll(chunks(ctx, r)); err != nil {
		_ = stream.Abort()
		return err
	}
	return stream.Finish()
}

// chunks hands out what r has until the context ends.
func chunks(ctx context.Context, r io.Reader) libvirt.StreamSourceFunc {
	return func(_ *libvirt.Stream, n int) ([]byte, error) {
		if ctx.Err() != nil {
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
