// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// Options are what a kernel's configuration says: y, m or a value by name
// without CONFIG_. What is not set is missing.
type Options map[string]string

// ReadOptions reads a kernel's .config.
func ReadOptions(path string) (Options, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read kernel configuration: %w", err)
	}
	defer f.Close()
	options := Options{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), "=")
		if name, isOption := strings.CutPrefix(name, "CONFIG_"); ok && isOption {
			options[name] = value
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read kernel configuration %s: %w", path, err)
	}
	return options, nil
}

// Need is an option that a guest needs.
type Need struct {
	Option string
	// Module is what it is as a module, with `_` as InitrdModules has it, which an
	// initrd may load; empty where it cannot be one or would come too late.
	Module string
	// For says what needs it.
	For string
}

// BootNeeds are the options without which a guest does not get from its kernel
// to a closure in the host's store.
var BootNeeds = []Need{
	{"BLK_DEV_INITRD", "", "the initrd"},
	{"TMPFS", "", "the root file system"},
	{"DEVTMPFS", "", "the initrd's /dev"},
	{"VIRTIO_PCI", "virtio_pci", "every virtio device"},
	{"FUSE_FS", "fuse", "virtiofs"},
	{"VIRTIO_FS", "virtiofs", "the share of the store"},
}

// CredentialNeeds is what the keys, the host name and the mounts need that the
// host sends in SMBIOS strings.
var CredentialNeeds = []Need{
	{"DMI", "", "the host's credentials"},
	{"DMI_SYSFS", "dmi_sysfs", "the host's credentials"},
}

// HostKeyNeeds is what a private credential needs, which the host hands over as
// a file of QEMU's firmware configuration device.
var HostKeyNeeds = []Need{
	{"FW_CFG_SYSFS", "qemu_fw_cfg", "the pinned host key (or `hostKey: accept`)"},
}

// Lacks is what a kernel lacks of what is needed, an option each, in words.
// inInitrd tells whether the initrd has a module; nil where nothing is known
// of the initrd, when a module counts as there.
func (o Options) Lacks(needs []Need, inInitrd func(module string) bool) []string {
	var lacks []string
	for _, need := range needs {
		switch o[need.Option] {
		case "y":
		case "m":
			if need.Module != "" && (inInitrd == nil || inInitrd(need.Module)) {
				continue
			}
			lacks = append(lacks, fmt.Sprintf("CONFIG_%s=m: %s needs it built in (=y), as the initrd has no module of it", need.Option, need.For))
		default:
			lacks = append(lacks, fmt.Sprintf("CONFIG_%s is not set: %s needs it", need.Option, need.For))
		}
	}
	return lacks
}
