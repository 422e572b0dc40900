// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readMachine reads what only this machine itself tells.
func (f *Facts) readMachine(virtualisation string) {
	f.NoVhostVsock = noVhostVsock("/dev/vhost-vsock")
	f.NoIOUring = noIOUring()
	f.NoNested = noNested("/sys/module", virtualisation)
}

// noVhostVsock looks for the kernel's half of a vsock device.
func noVhostVsock(device string) string {
	if _, err := os.Stat(device); err == nil {
		return ""
	}
	return "this host has no " + device + " (load the kernel module: modprobe vhost_vsock)"
}

// noIOUring asks the kernel for a ring (io_uring_setup(2)): it may lack it, and
// a sysctl or a container may forbid it.
func noIOUring() string {
	var params [120]byte // struct io_uring_params, all zero
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
	if errno != 0 {
		return "this host's kernel gives no io_uring: " + errno.Error() + " (see sysctl kernel.io_uring_disabled, or use `io: threads`)"
	}
	_ = unix.Close(int(fd))
	return ""
}

// noNested reads KVM's module parameter. A host without such a module has no
// KVM, which is another matter.
func noNested(modules, virtualisation string) string {
	module, ok := map[string]string{"vmx": "kvm_intel", "svm": "kvm_amd"}[virtualisation]
	if !ok {
		return ""
	}
	data, err := os.ReadFile(modules + "/" + module + "/parameters/nested")
	switch value := strings.TrimSpace(string(data)); {
	case err != nil, value == "Y", value == "1":
		return ""
	default:
		return "KVM on this host has nested virtualisation switched off (modprobe " + module + " nested=1)"
	}
}
