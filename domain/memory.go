// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirtxml"
)

const kib = 1 << 10

// memory sets <memory>, in KiB as libvirt itself writes it. virtiofsd reads
// the guest's memory from another process, so a share makes it a shared memfd;
// without one, the guest keeps plain anonymous memory.
func memory(s *Spec, d *libvirtxml.Domain) error {
	if s.Memory == 0 || s.Memory%kib != 0 {
		return fmt.Errorf("memory %d bytes is not a positive multiple of 1 KiB", s.Memory)
	}
	d.Memory = &libvirtxml.DomainMemory{Value: uint(s.Memory / kib), Unit: "KiB"}
	if len(s.Filesystems) > 0 {
		d.MemoryBacking = &libvirtxml.DomainMemoryBacking{
			MemorySource: &libvirtxml.DomainMemorySource{Type: "memfd"},
			MemoryAccess: &libvirtxml.DomainMemoryAccess{Mode: "shared"},
		}
	}
	return nil
}
