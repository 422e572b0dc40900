// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"

	"libvirt.org/go/libvirtxml"
)

// directKernel boots a kernel of the host in place of the disk's boot loader.
func directKernel(s *Spec, d *libvirtxml.Domain) error {
	if s.Kernel == "" {
		if s.Initrd != "" || s.Cmdline != "" {
			return errors.New("kernel: initrd and cmdline need a kernel")
		}
		return nil
	}
	if err := absolute("kernel", s.Kernel); err != nil {
		return err
	}
	if s.Initrd != "" {
		if err := absolute("initrd", s.Initrd); err != nil {
			return err
		}
	}
	d.OS.Kernel, d.OS.Initrd, d.OS.Cmdline = s.Kernel, s.Initrd, s.Cmdline
	return nil
}
