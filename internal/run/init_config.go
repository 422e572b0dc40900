// SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"

	"vmprov/image/nixos"
	"vmprov/internal/config"
)

// configurationOf is the vmprov.yaml of a new folder with the system of a
// template. One that vmprov itself would refuse is an error here, and is not
// written.
func configurationOf(template, project, path string) (string, error) {
	form := withImage
	if template == nixos.TemplateImageless {
		form = withoutImage
	}
	text := fmt.Sprintf(form, schemaFile, project) + devices
	// Whose the file will be makes it no better or worse.
	environment := config.Environment{File: path, Owner: config.Owner{Home: "/"}}
	if _, err := config.Parse([]byte(text), environment); err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return text, nil
}

// What is commented out in these is valid when its first `#` is gone.
const (
	withImage = `# yaml-language-server: $schema=./%s
# One guest, with the system that flake.nix beside this file declares:
#     vmprov up        builds it, brings it up, and waits until it can be used
#     vmprov ssh vm    logs in to it
#     vmprov destroy   removes it, and leaves nothing
project: %s
images:
  vm: {flake: .}
guests:
  vm:
    image: vm
    cpus: 4
    memory: 4GiB
    root: {size: 20GiB}
`
	withoutImage = `# yaml-language-server: $schema=./%s
# One guest without an image: a kernel of one's own, and the system that
# flake.nix beside this file declares, from this host's store:
#     vmprov up           builds the system, brings it up, and waits until it can be used
#     vmprov recycle vm   boots the kernel as it was built last
#     vmprov ssh vm       logs in to it
#     vmprov destroy      removes it, and leaves nothing
project: %s
guests:
  vm:
    imageless:
      flake: .
      # The system has no kernel: a build folder, or a boot image (bzImage).
      kernel: ` + defaultKernel + `
      # What make modules_install was given as INSTALL_MOD_PATH; none where all is built in.
      #modules: ~/src/linux/modules
      #cmdline: nokaslr
    cpus: 4
    memory: 4GiB
    # For vmprov gdb vm.
    #gdb: {port: 1234}
`
	devices = `    # Kept when the guest gets a new root disk.
    #disks:
    #  - {name: scratch, bus: nvme, size: 10GiB, logicalBlockSize: 4096}
    #  - {name: data, size: 10GiB, filesystem: {type: xfs}, target: /mnt/data}
    # Folders of this host.
    #shares:
    #  - {tag: src, source: ~/src, target: /mnt/src, readOnly: true}
`
)

// defaultKernel is the kernel of a new folder without an image.
const defaultKernel = "~/src/linux"
