// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// resolved is what a device of the guest is to the host.
type resolved struct {
	// disk is nil where it is none of the host's data disks.
	disk *Disk
	// part says that the device is a partition of the disk.
	part bool
	// unknown says that nobody can tell from the name: a label, a UUID, a volume.
	unknown bool
	// fault is why the name is wrong or not to be relied on.
	fault string
}

var (
	nvmeNode   = regexp.MustCompile(`^/dev/nvme(\d+)n(\d+)(p\d+)?$`)
	virtioNode = regexp.MustCompile(`^/dev/vd([a-z]+)(\d+)?$`)
	partLink   = regexp.MustCompile(`-part\d+$`)
)

// ownLinks are how the links of disks that vmprov makes begin.
var ownLinks = []string{"/dev/disk/by-id/virtio-", "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_"}

// resolve finds the data disk that a guest calls by device.
func resolve(disks []Disk, device string) resolved {
	if m := nvmeNode.FindStringSubmatch(device); m != nil {
		r := nvme(disks, m[1], m[2])
		r.part = m[3] != ""
		return r
	}
	if m := virtioNode.FindStringSubmatch(device); m != nil {
		r := virtio(disks, m[1])
		r.part = m[2] != ""
		if r.part && m[1] == rootLetter {
			return resolved{part: true}
		}
		return r
	}
	return byLink(disks, device)
}

// nvme resolves a kernel name. Controllers are numbered as they are found, at
// each boot anew.
func nvme(disks []Disk, controller, namespace string) resolved {
	serials := map[string]bool{}
	for _, d := range disks {
		if d.Controller != "" {
			serials[d.Controller] = true
		}
	}
	if len(serials) > 1 {
		return resolved{fault: fmt.Sprintf("which is not stable: the guest has %d NVMe controllers, numbered anew at each boot; name it by /dev/disk/by-id", len(serials))}
	}
	for i, d := range disks {
		if d.Controller != "" && controller == "0" && namespace == strconv.Itoa(d.Namespace) {
			return resolved{disk: &disks[i]}
		}
	}
	return resolved{fault: "and there is no such NVMe disk here"}
}

// rootLetter is of /dev/vda, the root disk.
const rootLetter = "a"

// virtio resolves a kernel name: the root disk is the first, and the data disks
// follow in their order.
func virtio(disks []Disk, letters string) resolved {
	if letters == rootLetter {
		return resolved{fault: "which is the root disk"}
	}
	at := 1
	for i, d := range disks {
		if d.Controller != "" {
			continue
		}
		if letters == lettersOf(at) {
			return resolved{disk: &disks[i]}
		}
		at++
	}
	return resolved{fault: "and there is no such virtio disk here"}
}

// lettersOf numbers disks as the kernel does: a to z, then aa.
func lettersOf(n int) string {
	letters := ""
	for n++; n > 0; n = (n - 1) / 26 {
		letters = string(rune('a'+(n-1)%26)) + letters
	}
	return letters
}

// byLink resolves a link of udev.
func byLink(disks []Disk, device string) resolved {
	for i, d := range disks {
		if slices.Contains(d.Links, device) {
			return resolved{disk: &disks[i]}
		}
	}
	whole := partLink.ReplaceAllString(device, "")
	for i, d := range disks {
		if slices.Contains(d.Links, whole) {
			return resolved{disk: &disks[i], part: true}
		}
	}
	for _, d := range disks {
		if d.Controller != "" && slices.Contains(d.Links, fmt.Sprintf("%s_%d", device, d.Namespace)) {
			return resolved{fault: "which may be any namespace of its controller; add _ and the namespace's number"}
		}
	}
	for _, start := range ownLinks {
		if strings.HasPrefix(device, start) {
			return resolved{fault: "and no disk here has that serial"}
		}
	}
	return resolved{unknown: strings.HasPrefix(device, "/dev/") || strings.Contains(device, "=")}
}
