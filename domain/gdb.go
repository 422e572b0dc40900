// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// gdb opens QEMU's stub for a debugger of the guest's kernel, for which libvirt
// has no word. A port is one of loopback: who reaches the stub owns the guest.
// GDB.Wait is a matter of the start, since libvirt lets QEMU run by itself.
func gdb(s *Spec, d *libvirtxml.Domain) error {
	g := s.Platform.GDB
	if g == nil {
		return nil
	}
	if (g.Port == 0) == (g.Socket == "") {
		return errors.New("gdb: one of port and socket must be set")
	}
	where := fmt.Sprintf("host=127.0.0.1,port=%d,ipv4=on,ipv6=off", g.Port)
	if g.Socket != "" {
		if err := absolute("gdb", g.Socket); err != nil {
			return err
		}
		// A comma ends an option's value, and two of them are one.
		where = "path=" + strings.ReplaceAll(g.Socket, ",", ",,")
	}
	qemuArgs(d, "-chardev", "socket,id=vmprov-gdb,server=on,wait=off,"+where, "-gdb", "chardev:vmprov-gdb")
	return nil
}
