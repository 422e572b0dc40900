// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// ioThreads declares the guest's I/O threads: those of the pool first, so that
// their numbers are what the file says, then one for each disk with a thread of
// its own, in the order of the disks.
func ioThreads(s *Spec, d *libvirtxml.Domain) error {
	if s.IOThreads < 0 {
		return fmt.Errorf("iothreads %d: must not be negative", s.IOThreads)
	}
	d.IOThreads = uint(s.IOThreads)
	for _, k := range s.Disks {
		if k.IOThread > s.IOThreads {
			return fmt.Errorf("disk %q: iothread %d: the guest has %d", k.Name, k.IOThread, s.IOThreads)
		}
		if k.IOThread == OwnIOThread {
			d.IOThreads++
		}
	}
	return nil
}

// ioThreadOf is the number of the thread that serves a disk; nil for QEMU's main loop.
func ioThreadOf(s *Spec, disk Disk) *uint {
	switch {
	case disk.IOThread == 0:
		return nil
	case disk.IOThread > 0:
		return new(uint(disk.IOThread))
	}
	number := uint(s.IOThreads)
	for _, k := range s.Disks {
		if k.IOThread == OwnIOThread {
			number++
		}
		if k.Name == disk.Name {
			break
		}
	}
	return &number
}
