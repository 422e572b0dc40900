// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Where an x86 boot image says what it is (Documentation/arch/x86/boot.rst):
// the magic of the setup header, and the pointer to the version's text, less 0x200.
const (
	x86Magic   = 0x202
	x86Version = 0x20e
	x86Base    = 0x200
	// How much code follows, in blocks of 512 bytes after the first (0 for 4),
	// and in paragraphs of 16 bytes after those.
	x86SetupSects = 0x1f1
	x86SysSize    = 0x1f4
	// maxHeader holds the setup code of every x86 image.
	maxHeader = 64 << 10
)

// arm64Magic is where an arm64 image has "ARM\x64" (Documentation/arch/arm64/booting.rst).
const arm64Magic = 0x38

// releaseOf reads the release that a boot image tells; empty for one that
// tells none, such as a compressed arm64 image.
func releaseOf(path, arch string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	header := make([]byte, maxHeader)
	n, err := io.ReadFull(f, header)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", err
	}
	header = header[:n]
	switch arch {
	case "x86_64":
		release, err := x86Release(header)
		if err == nil {
			err = x86Whole(header, f)
		}
		return release, err
	case "aarch64":
		return arm64Release(header, io.MultiReader(bytes.NewReader(header), f))
	}
	return "", fmt.Errorf("architecture %s is not known", arch)
}

func x86Release(header []byte) (string, error) {
	if len(header) < x86Version+2 || string(header[x86Magic:x86Magic+4]) != "HdrS" {
		if bytes.HasPrefix(header, []byte("\x7fELF")) {
			return "", fmt.Errorf("%w: it is an ELF file such as vmlinux (the boot image is arch/x86/boot/bzImage)", errOther)
		}
		return "", fmt.Errorf("%w (x86_64: bzImage)", errOther)
	}
	at := int(binary.LittleEndian.Uint16(header[x86Version:])) + x86Base
	if at == x86Base || at >= len(header) {
		return "", nil
	}
	return firstWord(header[at:]), nil
}

// x86Whole refuses an image that is shorter than its header says by more than
// what a linker may leave out as padding: a build that is still writing it.
func x86Whole(header []byte, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	code := int64(binary.LittleEndian.Uint32(header[x86SysSize:])) * 16
	setup := (int64(cmp.Or(header[x86SetupSects], 4)) + 1) * 512
	if code > 0 && info.Size()+4096 < setup+code {
		return fmt.Errorf("it has %d bytes, and its header says %d: it is not written to its end (wait for its build, or build it again)", info.Size(), setup+code)
	}
	return nil
}

// banner begins the version line that every kernel has among its strings.
var banner = []byte("Linux version ")

func arm64Release(header []byte, image io.Reader) (string, error) {
	switch {
	case bytes.HasPrefix(header, []byte{0x1f, 0x8b}): // gzip: Image.gz tells nothing before it is unpacked
		return "", nil
	case len(header) < arm64Magic+4 || string(header[arm64Magic:arm64Magic+4]) != "ARM\x64":
		return "", fmt.Errorf("%w (aarch64: Image)", errOther)
	}
	data, err := io.ReadAll(image)
	if err != nil {
		return "", err
	}
	_, rest, ok := bytes.Cut(data, banner)
	if !ok {
		return "", nil
	}
	return firstWord(rest), nil
}

// firstWord is the text up to the first space or NUL, if it is one of a release.
func firstWord(text []byte) string {
	end := bytes.IndexAny(text, " \x00\n")
	if end <= 0 || end > 64 {
		return ""
	}
	word := string(text[:end])
	if strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' }) {
		return ""
	}
	return word
}
