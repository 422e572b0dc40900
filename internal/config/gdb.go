// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net"
	"strconv"
	"strings"
)

// GDBPort is the guest's own port of QEMU's gdb stub; 0 for none.
func (g Guest) GDBPort() int {
	if g.GDB == nil || g.GDB.Port == 0 {
		return 0
	}
	return g.GDB.Port + g.Number() - 1
}

// GDBSocket is the guest's own socket of QEMU's gdb stub; empty for none.
func (g Guest) GDBSocket() string {
	if g.GDB == nil {
		return ""
	}
	return strings.ReplaceAll(g.GDB.Socket, "{guest}", g.Name)
}

// GDBTarget is what gdb's `target remote` takes to reach the stub; empty for none.
func (g Guest) GDBTarget() string {
	if port := g.GDBPort(); port != 0 {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	return g.GDBSocket()
}
