// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/cavaliergopher/cpio"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// errCompression says that a part of an initrd is packed in a way that is not read here.
var errCompression = errors.New("an unknown compression")

// InitrdModules are the names of the modules in an initrd, with `-` as `_`. It
// is an error when the file cannot be read or holds what is not understood.
//
// An initrd is one or more cpio archives, each compressed or not, with zeroes
// between them (Documentation/driver-api/early-userspace/buffer-format.rst).
func InitrdModules(file string) (map[string]bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read initrd: %w", err)
	}
	defer f.Close()
	modules := map[string]bool{}
	if err := eachName(bufio.NewReaderSize(f, 1<<16), func(name string) { addModule(modules, name) }); err != nil {
		return nil, fmt.Errorf("read initrd %s: %w", file, err)
	}
	return modules, nil
}

// moduleName is the name under which a module is known: fs/fuse/virtiofs.ko.xz is virtiofs.
func moduleName(file string) (name string, ok bool) {
	name, suffix, ok := strings.Cut(path.Base(file), ".ko")
	if !ok || suffix != "" && !strings.HasPrefix(suffix, ".") {
		return "", false
	}
	return strings.ReplaceAll(name, "-", "_"), true
}

func addModule(modules map[string]bool, file string) {
	if name, ok := moduleName(file); ok {
		modules[name] = true
	}
}

// eachName calls f with the name of every file of an initrd.
func eachName(r *bufio.Reader, f func(name string)) error {
	for {
		if err := skipZeroes(r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		head, _ := r.Peek(6)
		if bytes.Equal(head, []byte("070701")) || bytes.Equal(head, []byte("070702")) {
			if err := archiveNames(r, f); err != nil {
				return err
			}
			continue
		}
		unpacked, err := unpack(r, head)
		if err != nil {
			return err
		}
		// What is compressed reaches to the end of the file.
		return eachName(bufio.NewReaderSize(unpacked, 1<<16), f)
	}
}

func archiveNames(r *bufio.Reader, f func(name string)) error {
	archive := cpio.NewReader(r)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f(header.Name)
	}
}

// skipZeroes reads up to the next byte that is not zero.
func skipZeroes(r *bufio.Reader) error {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			return r.UnreadByte()
		}
	}
}

// unpack tells a compression by its first bytes.
func unpack(r io.Reader, head []byte) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzip.NewReader(r)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case bytes.HasPrefix(head, []byte("\xfd7zXZ")):
		return xz.NewReader(r)
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2.NewReader(r), nil
	}
	return nil, errCompression
}
