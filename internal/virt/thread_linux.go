// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// setThreadGroups is setgroups(2) for the calling thread alone.
func setThreadGroups(gids []uint32) error {
	var p unsafe.Pointer
	if len(gids) > 0 {
		p = unsafe.Pointer(&gids[0])
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(gids)), uintptr(p), 0); errno != 0 {
		return errno
	}
	return nil
}
