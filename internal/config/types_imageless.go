// SPDX-License-Identifier: Apache-2.0

package config

// Imageless boots a NixOS system from the host's /nix/store, which the guest
// sees as the virtiofs share `store`, on a root in memory. Exactly one of Flake
// and Closure is set.
type Imageless struct {
	Flake     string `yaml:"flake,omitempty" json:"flake,omitempty" effect:"next boot" element:"<cmdline>, <filesystem>" doc:"flake reference or folder whose system is built"`
	Attribute string `yaml:"attribute,omitempty" json:"attribute,omitempty" effect:"next boot" doc:"flake output; default: nixosConfigurations.vm.config.system.build.toplevel"`
	Closure   string `yaml:"closure,omitempty" json:"closure,omitempty" effect:"next boot" element:"<cmdline>, <filesystem>" doc:"store path of a system that is built, or a link to it such as ./result"`
	Kernel    string `yaml:"kernel,omitempty" json:"kernel,omitempty" effect:"next boot" element:"<kernel>" doc:"boot image (bzImage, Image) or build folder of a kernel; default: the system's own, where it has one"`
	Initrd    string `yaml:"initrd,omitempty" json:"initrd,omitempty" effect:"next boot" element:"<initrd>" doc:"initrd that mounts the store and hands over to the system; default: the system's own"`
	Modules   string `yaml:"modules,omitempty" json:"modules,omitempty" effect:"next boot" element:"<filesystem>" doc:"folder laid out as /lib/modules, or one given as INSTALL_MOD_PATH, seen by the guest as the share modules; default: none"`
	Cmdline   string `yaml:"cmdline,omitempty" json:"cmdline,omitempty" effect:"next boot" element:"<cmdline>" doc:"what the kernel command line ends with, after root=, console=, init= and the system's own parameters"`
}

// HostKey says how the host knows a guest's ssh host key.
type HostKey string

// Ways to know a host key.
const (
	// HostKeyPinned: vmprov makes the key and hands it to the guest as the
	// private credential ssh.host_key.ed25519, so that the first contact is
	// bound to it.
	HostKeyPinned HostKey = "pinned"
	// HostKeyAccept: the key that the guest shows first is accepted and kept.
	HostKeyAccept HostKey = "accept"
)
