// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"
)

const (
	// maxTag is the length of the tag field in virtio-fs (VIRTIO 1.2, 5.11.4).
	maxTag = 36
	// maxQueue is the length of the longest virtqueue that QEMU has
	// (VIRTQUEUE_MAX_SIZE).
	maxQueue = 1024
)

// virtiofs attaches the shares; memory.go gives the memory that they need.
// <readonly/> is written only where this libvirt takes it; elsewhere a share
// is read-only by the guest's own mount, which the caller says to its user.
func virtiofs(s *Spec, d *libvirtxml.Domain) error {
	tags := map[string]bool{}
	for _, f := range s.Filesystems {
		if err := checkFilesystem(f); err != nil {
			return fmt.Errorf("share %q: %w", f.Tag, err)
		}
		if tags[f.Tag] {
			return fmt.Errorf("share %q: the tag is taken by another share", f.Tag)
		}
		tags[f.Tag] = true
		d.Devices.Filesystems = append(d.Devices.Filesystems, filesystem(f, s.ReadOnlyFilesystem))
	}
	return nil
}

func filesystem(f Filesystem, canReadOnly bool) libvirtxml.DomainFilesystem {
	out := libvirtxml.DomainFilesystem{
		AccessMode: "passthrough", // The only one that virtiofs has.
		Driver:     &libvirtxml.DomainFilesystemDriver{Type: "virtiofs", Queue: uint(f.Queue)},
		Binary:     virtiofsd(f),
		IDMap:      idMap(f),
		Source:     &libvirtxml.DomainFilesystemSource{Mount: &libvirtxml.DomainFilesystemSourceMount{Dir: f.Source}},
		Target:     &libvirtxml.DomainFilesystemTarget{Dir: f.Tag},
		Alias:      &libvirtxml.DomainAlias{Name: shareAlias(f.Tag)},
	}
	if f.ReadOnly && canReadOnly {
		out.ReadOnly = &libvirtxml.DomainFilesystemReadOnly{}
	}
	return out
}

// shareAlias is short whatever the tag is: libvirt makes the path of
// virtiofsd's socket of it, and the path of a socket has 107 bytes.
func shareAlias(tag string) string {
	sum := sha256.Sum256([]byte(tag))
	return fmt.Sprintf("ua-fs-%x", sum[:4])
}

// virtiofsd is nil where nothing is said of it.
func virtiofsd(f Filesystem) *libvirtxml.DomainFilesystemBinary {
	b := libvirtxml.DomainFilesystemBinary{Path: f.Binary, XAttr: onOff(f.XAttr)}
	if f.Cache != "" {
		b.Cache = &libvirtxml.DomainFilesystemBinaryCache{Mode: f.Cache}
	}
	if f.Sandbox != "" {
		b.Sandbox = &libvirtxml.DomainFilesystemBinarySandbox{Mode: f.Sandbox}
	}
	if f.PosixLock != nil || f.Flock != nil {
		b.Lock = &libvirtxml.DomainFilesystemBinaryLock{POSIX: onOff(f.PosixLock), Flock: onOff(f.Flock)}
	}
	if f.ThreadPool != nil {
		b.ThreadPool = &libvirtxml.DomainFilesystemBinaryThreadPool{Size: uint(*f.ThreadPool)}
	}
	if b == (libvirtxml.DomainFilesystemBinary{}) {
		return nil
	}
	return &b
}

// saySize writes out a thread pool of no thread, whose size libvirtxml leaves
// out as if it were not said. Text cannot be mistaken for the element: `<` is
// escaped in it.
func saySize(xml string) string {
	return strings.ReplaceAll(xml, "<thread_pool></thread_pool>", `<thread_pool size="0"></thread_pool>`)
}

func idMap(f Filesystem) *libvirtxml.DomainFilesystemIDMap {
	if len(f.UIDMap)+len(f.GIDMap) == 0 {
		return nil
	}
	return &libvirtxml.DomainFilesystemIDMap{UID: idRanges(f.UIDMap), GID: idRanges(f.GIDMap)}
}

func idRanges(ranges []IDRange) []libvirtxml.DomainFilesystemIDMapEntry {
	var out []libvirtxml.DomainFilesystemIDMapEntry
	for _, r := range ranges {
		out = append(out, libvirtxml.DomainFilesystemIDMapEntry{Start: uint(r.Start), Target: uint(r.Target), Count: uint(r.Count)})
	}
	return out
}

func checkFilesystem(f Filesystem) error {
	if f.Tag == "" || len(f.Tag) > maxTag {
		return fmt.Errorf("tag of %d bytes, 1 to %d fit", len(f.Tag), maxTag)
	}
	if f.Queue < 0 || f.Queue > maxQueue || f.Queue&(f.Queue-1) != 0 {
		return fmt.Errorf("queue of %d, a power of two up to %d fits", f.Queue, maxQueue)
	}
	if f.ThreadPool != nil && *f.ThreadPool < 0 {
		return fmt.Errorf("thread pool of %d, 0 or more fits", *f.ThreadPool)
	}
	for _, r := range append(f.UIDMap[:len(f.UIDMap):len(f.UIDMap)], f.GIDMap...) {
		if r.Start < 0 || r.Target < 0 || r.Count < 1 {
			return errors.New("id map: a range starts and leads to 0 or more, and has 1 id or more")
		}
	}
	if f.Binary != "" {
		if err := absolute("binary", f.Binary); err != nil {
			return err
		}
	}
	return absolute("source", f.Source)
}
