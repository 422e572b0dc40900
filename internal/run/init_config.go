// SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"

	"vmprov/internal/config"
)

// configurationOf is the vmprov.yaml of a new folder. One that vmprov itself
// would refuse is an error here, and is not written.
func configurationOf(project, path string) (string, error) {
	text := fmt.Sprintf(configuration, schemaFile, project)
	if _, err := config.Parse([]byte(text), config.Environment{File: path}); err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return text, nil
}

// configuration is the guest of a new folder. What is commented out is valid
// when its first `#` is gone.
const configuration = `# yaml-language-server: $schema=./%s
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
    # Kept when the guest gets a new root disk.
    #disks:
    #  - {name: scratch, bus: nvme, size: 10GiB, logicalBlockSize: 4096}
    #  - {name: data, size: 10GiB, filesystem: {type: xfs}, target: /mnt/data}
    # Folders of this host.
    #shares:
    #  - {tag: src, source: ~/src, target: /mnt/src, readOnly: true}
`
