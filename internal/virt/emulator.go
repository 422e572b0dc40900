// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
)

// deviceLine is a line of `qemu -device help`: name "nvme", bus PCI, ...
var deviceLine = regexp.MustCompile(`(?m)^name "([^"]+)"`)

// Devices asks the emulator of this machine which devices it has (qemu(1)):
// distributions leave some out (EL9 has no nvme), and libvirt does not tell.
// Nothing can be asked on a remote host: nil.
func (h Host) Devices(ctx context.Context) ([]string, error) {
	if !h.Local || h.Emulator == "" {
		return nil, nil
	}
	out, err := exec.CommandContext(ctx, h.Emulator, "-device", "help").Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s for its devices: %w", h.Emulator, err)
	}
	var devices []string
	for _, match := range deviceLine.FindAllSubmatch(out, -1) {
		devices = append(devices, string(match[1]))
	}
	return devices, nil
}

// LacksNVMe says why this host cannot give a guest an NVMe disk; empty when it
// can, or when that cannot be known from here.
func (h Host) LacksNVMe(devices []string) string {
	switch {
	case h.NativeNVMe || devices == nil:
		return ""
	case !slices.Contains(devices, "nvme") || !slices.Contains(devices, "nvme-ns"):
		return fmt.Sprintf("%s has no nvme device (use another QEMU, or `bus: virtio`)", h.Emulator)
	case h.LibVersion < overrideVersion:
		return "this libvirt has neither the nvme bus (11.5) nor <qemu:override> (8.2)"
	default:
		return ""
	}
}

// overrideVersion is the first libvirt with <qemu:override>.
const overrideVersion = 8002000

// vhostUserFolders are where virtiofsd announces itself (QEMU's
// docs/interop/vhost-user.json), the administrator's first.
var vhostUserFolders = []string{"/etc/qemu/vhost-user", "/usr/local/share/qemu/vhost-user", "/usr/share/qemu/vhost-user"}

// Virtiofsd is the virtiofsd that libvirt will start on this machine; empty
// where none announces itself.
func Virtiofsd() string {
	for _, folder := range vhostUserFolders {
		files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			var about struct{ Type, Binary string }
			if json.Unmarshal(data, &about) != nil || about.Type != "fs" {
				continue
			}
			if _, err := os.Stat(about.Binary); err == nil {
				return about.Binary
			}
		}
	}
	return ""
}
