// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"testing"

	"gotest.tools/v3/assert"
)

// moduleCase is what a composition of modules must come to.
type moduleCase struct {
	name string
	// modules is a Nix list, as a configuration has it.
	modules string
	// query is a Nix expression over the configuration c.
	query string
	// want is JSON.
	want string
}

func runModuleCases(t *testing.T, cases []moduleCase) {
	t.Helper()
	nixpkgsLib(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := evaluate(t, "let c = configOf ("+c.modules+"); in "+c.query)
			assert.DeepEqual(t, got, decode(t, c.want))
		})
	}
}

func TestImageless(t *testing.T) {
	runModuleCases(t, []moduleCase{
		{
			name:    "root on tmpfs has a mode",
			modules: `[ backends.imageless ]`,
			query:   `pick [ "device" "fsType" "options" ] c.fileSystems."/"`,
			want:    `{"device": "tmpfs", "fsType": "tmpfs", "options": ["mode=0755"]}`,
		},
		{
			name:    "store and modules come from the host",
			modules: `[ backends.imageless ]`,
			query: `lib.mapAttrs (_: pick [ "device" "fsType" "options" "neededForBoot" "noCheck" ])
				(removeAttrs c.fileSystems [ "/" ])`,
			want: `{
				"/nix/store": {"device": "store", "fsType": "virtiofs", "options": ["ro"], "neededForBoot": false, "noCheck": true},
				"/lib/modules": {"device": "modules", "fsType": "virtiofs", "options": ["ro", "nofail", "x-systemd.before=initrd-fs.target"], "neededForBoot": true, "noCheck": true}
			}`,
		},
		{
			name:    "systemd's initrd without a kernel and without modules",
			modules: `[ backends.imageless ]`,
			query: `{
				inherit (c.boot.initrd) summary;
				systemd = c.boot.initrd.systemd.enable;
				kernel = c.boot.kernel.enable;
				grub = c.boot.loader.grub.enable;
				toplevel = c.system.build.toplevel.name;
			}`,
			want: `{
				"summary": {"modules": [], "mounts": ["/", "/lib/modules", "/nix/store"]},
				"systemd": true, "kernel": false, "grub": false, "toplevel": "nixos-system-stand-in"
			}`,
		},
		{
			name:    "networkd asks for an address on en*",
			modules: `[ backends.imageless ]`,
			query:   `{ inherit (c.networking) useDHCP useNetworkd; inherit (c.systemd.network) networks wait-online; firewall = c.networking.firewall.enable; }`,
			want: `{
				"useDHCP": false, "useNetworkd": true, "firewall": false,
				"networks": {"10-en": {"matchConfig": {"Name": "en*"}, "networkConfig": {"DHCP": "yes"}, "dhcpV4Config": {"ClientIdentifier": "mac"}}},
				"wait-online": {"anyInterface": true}
			}`,
		},
		{
			name:    "sshd takes keys only",
			modules: `[ backends.imageless ]`,
			query:   `{ inherit (c.services.openssh) enable settings; keys = map (k: k.type) c.services.openssh.hostKeys; }`,
			want: `{"enable": true, "keys": ["ed25519"], "settings": {
				"PasswordAuthentication": false, "KbdInteractiveAuthentication": false, "PermitRootLogin": "prohibit-password"
			}}`,
		},
		{
			name:    "root has a password for the serial console",
			modules: `[ backends.imageless ]`,
			query:   `c.users.users.root.initialPassword`,
			want:    `"root"`,
		},
		{
			name:    "few services, and no daemon for the host's store",
			modules: `[ backends.imageless ]`,
			query: `[
				c.nix.enable c.services.timesyncd.enable c.services.logrotate.enable c.systemd.oomd.enable
				c.documentation.nixos.enable c.fonts.fontconfig.enable c.programs.command-not-found.enable
			]`,
			want: `[false, false, false, false, false, false, false]`,
		},
		{
			name: "a machine of its own overrides root, store and kernel",
			modules: `[ backends.imageless {
				boot.kernel.enable = true;
				boot.loader.grub.enable = true;
				boot.loader.grub.device = "/dev/sda";
				nix.enable = true;
				fileSystems."/" = lib.mkForce { device = "/dev/sda1"; fsType = "ext4"; };
				fileSystems."/nix/store".enable = false;
				fileSystems."/lib/modules".enable = false;
			} ]`,
			query: `{
				mounts = lib.mapAttrs (_: fs: fs.device) c.fileSystems;
				modules = c.boot.initrd.summary.modules;
				toplevel = c.system.build.toplevel.name;
			}`,
			want: `{"mounts": {"/": "/dev/sda1"}, "modules": ["ahci", "dm_mod"], "toplevel": "nixos-system-stand-in"}`,
		},
	})
}

func TestLibvirt(t *testing.T) {
	runModuleCases(t, []moduleCase{
		{
			name:    "root by label, growing with the disk",
			modules: `[ backends.libvirt ]`,
			query:   `{ root = pick [ "device" "fsType" "autoResize" ] c.fileSystems."/"; inherit (c.boot) growPartition; mounts = lib.attrNames c.fileSystems; }`,
			want:    `{"root": {"device": "/dev/disk/by-label/nixos", "fsType": "ext4", "autoResize": true}, "growPartition": true, "mounts": ["/"]}`,
		},
		{
			name:    "grub on /dev/vda and a serial console",
			modules: `[ backends.libvirt ]`,
			query:   `{ grub = pick [ "enable" "device" "efiSupport" ] c.boot.loader.grub; inherit (c.boot) kernelParams; }`,
			want:    `{"grub": {"enable": true, "device": "/dev/vda", "efiSupport": false}, "kernelParams": ["console=tty0", "console=ttyS0,115200"]}`,
		},
		{
			name:    "virtio and virtiofs in the initrd",
			modules: `[ backends.libvirt ]`,
			query:   `lib.subtractLists c.boot.initrd.availableKernelModules [ "nvme" "virtio_blk" "virtio_net" "virtio_pci" "virtio_scsi" "virtiofs" ]`,
			want:    `[]`,
		},
		{
			name:    "image",
			modules: `[ backends.libvirt ]`,
			query:   `{ inherit (c.system.build.image) arguments installed; }`,
			want: `{"installed": "/dev/vda", "arguments": {
				"format": "qcow2", "partitionTableType": "legacy", "label": "nixos", "fsType": "ext4", "diskSize": "auto", "copyChannel": false
			}}`,
		},
		{
			name:    "scripted DHCP, nix with flakes, weekly collection",
			modules: `[ backends.libvirt ]`,
			query:   `{ inherit (c.networking) useDHCP useNetworkd; nix = c.nix.enable; inherit (c.nix.settings) experimental-features; gc = pick [ "automatic" "dates" ] c.nix.gc; }`,
			want: `{"useDHCP": true, "useNetworkd": false, "nix": true, "experimental-features": ["nix-command", "flakes"],
				"gc": {"automatic": true, "dates": "weekly"}}`,
		},
		{
			name:    "sshd takes keys only",
			modules: `[ backends.libvirt ]`,
			query:   `{ inherit (c.services.openssh) enable settings; root = c.users.users.root.initialPassword; }`,
			want: `{"enable": true, "root": null, "settings": {
				"PasswordAuthentication": false, "KbdInteractiveAuthentication": false, "PermitRootLogin": "prohibit-password"
			}}`,
		},
		{
			name:    "UEFI where there is no BIOS",
			modules: `[ ]`,
			query: `let
				arm = (nixpkgs.lib.nixosSystem { system = "aarch64-linux"; modules = [ backends.libvirt ]; }).config;
			in {
				inherit (arm.system.build.image.arguments) partitionTableType;
				grub = pick [ "device" "efiSupport" "efiInstallAsRemovable" "extraConfig" ] arm.boot.loader.grub;
				boot = pick [ "device" "fsType" ] arm.fileSystems."/boot";
				console = lib.last arm.boot.kernelParams;
			}`,
			want: `{
				"partitionTableType": "efi", "boot": {"device": "/dev/disk/by-label/ESP", "fsType": "vfat"},
				"grub": {"device": "nodev", "efiSupport": true, "efiInstallAsRemovable": true, "extraConfig": ""},
				"console": "console=ttyAMA0,115200"
			}`,
		},
	})
}

// TestHandedOver: what a host hands over at boot is taken in by both backends.
func TestHandedOver(t *testing.T) {
	for _, backend := range []string{"imageless", "libvirt"} {
		modules := "[ backends." + backend + " ]"
		t.Run(backend, func(t *testing.T) {
			runModuleCases(t, []moduleCase{
				{
					name:    "root's key by NixOS's own rule and no second one",
					modules: modules,
					query:   `c.systemd.tmpfiles.settings`,
					want:    `{}`,
				},
				{
					name:    "host name by credential where none is set",
					modules: modules,
					query: `let unit = c.systemd.services.vmprov-hostname; in {
						hostName = c.networking.hostName;
						inherit (unit) before wantedBy;
						unit = pick [ "ConditionCredential" "DefaultDependencies" ] unit.unitConfig;
						service = pick [ "ImportCredential" "Type" ] unit.serviceConfig;
						start = lib.hasSuffix "/bin/cp %d/system.hostname /proc/sys/kernel/hostname" unit.serviceConfig.ExecStart;
					}`,
					want: `{
						"hostName": "", "wantedBy": ["sysinit.target"], "before": ["network-pre.target", "sysinit.target"],
						"unit": {"ConditionCredential": "system.hostname", "DefaultDependencies": false},
						"service": {"ImportCredential": "system.hostname", "Type": "oneshot"}, "start": true
					}`,
				},
				{
					name:    "the server's host key by credential, before one is made",
					modules: modules,
					query: `let unit = c.systemd.services.vmprov-ssh-host-key; in {
						inherit (unit) before wantedBy;
						unit = pick [ "ConditionCredential" ] unit.unitConfig;
						service = pick [ "ImportCredential" "Type" ] unit.serviceConfig;
						start = lib.hasSuffix "/bin/install -D -m 0600 %d/ssh.host_key.ed25519 /etc/ssh/ssh_host_ed25519_key" unit.serviceConfig.ExecStart;
						none = (c.systemd.services ? vmprov-ssh-host-key) == c.services.openssh.enable;
					}`,
					want: `{
						"wantedBy": ["multi-user.target"], "before": ["sshd-keygen.service", "sshd.service", "sshd.socket"],
						"unit": {"ConditionCredential": "ssh.host_key.ed25519"},
						"service": {"ImportCredential": "ssh.host_key.ed25519", "Type": "oneshot"}, "start": true, "none": true
					}`,
				},
				{
					name:    "a host name of its own wins",
					modules: "[ backends." + backend + ` { networking.hostName = "own"; } ]`,
					query:   `[ c.networking.hostName (c.systemd.services ? vmprov-hostname) ]`,
					want:    `["own", false]`,
				},
				{
					name:    "file systems that may be asked for",
					modules: modules,
					query:   `lib.subtractLists c.boot.supportedFilesystems [ "btrfs" "ext4" "f2fs" "vfat" "xfs" ]`,
					want:    `[]`,
				},
				{
					name:    "one of them can be turned off",
					modules: "[ backends." + backend + ` { boot.supportedFilesystems.f2fs = false; } ]`,
					query:   `lib.elem "f2fs" c.boot.supportedFilesystems`,
					want:    `false`,
				},
				{
					name:    "keys that come later",
					modules: modules,
					query:   `c.services.openssh.authorizedKeysFiles`,
					want:    `["%h/.ssh/authorized_keys2"]`,
				},
				{
					name:    "programs of those file systems",
					modules: modules,
					query:   `namesOf c.system.fsPackages`,
					want:    `["btrfs-progs", "dosfstools", "e2fsprogs", "f2fs-tools", "xfsprogs"]`,
				},
				{
					name:    "the guest agent runs",
					modules: modules,
					query:   `c.services.qemuGuest.enable`,
					want:    `true`,
				},
				{
					name:    "a release that NixOS has",
					modules: modules,
					query:   `c.system.stateVersion`,
					want:    `"26.05"`,
				},
			})
		})
	}
}

func TestUser(t *testing.T) {
	const account = `pick [ "extraGroups" "isNormalUser" ] c.users.users.user`
	runModuleCases(t, []moduleCase{
		{
			name:    "groups of the imageless backend",
			modules: `[ backends.imageless user ]`,
			query:   account,
			want:    `{"isNormalUser": true, "extraGroups": ["wheel", "kvm"]}`,
		},
		{
			name:    "groups of the libvirt backend",
			modules: `[ backends.libvirt user ]`,
			query:   account,
			want:    `{"isNormalUser": true, "extraGroups": ["wheel", "kvm", "libvirtd"]}`,
		},
		{
			name:    "no groups without a backend",
			modules: `[ user ]`,
			query:   account,
			want:    `{"isNormalUser": true, "extraGroups": []}`,
		},
		{
			name:    "groups of one's own instead",
			modules: `[ backends.libvirt user { nixos-flake.user.extraGroups = [ "disk" ]; } ]`,
			query:   account,
			want:    `{"isNormalUser": true, "extraGroups": ["disk"]}`,
		},
		{
			name:    "another name, sudo without a password, and root's break-glass",
			modules: `[ backends.libvirt user { nixos-flake.user.name = "kdev"; } ]`,
			query: `{
				accounts = lib.attrNames c.users.users;
				root = c.users.users.root.initialPassword;
				rules = map (pick [ "users" "commands" ]) c.security.sudo.extraRules;
			}`,
			want: `{"accounts": ["kdev", "root"], "root": "root",
				"rules": [{"users": ["kdev"], "commands": [{"command": "ALL", "options": ["NOPASSWD"]}]}]}`,
		},
		{
			name:    "no account without the module",
			modules: `[ backends.imageless ]`,
			query:   `lib.attrNames c.users.users`,
			want:    `["root"]`,
		},
	})
}

func TestDefaultModuleIsInert(t *testing.T) {
	runModuleCases(t, []moduleCase{{
		name:    "nothing changes until an option is set",
		modules: `[ backends.imageless nixos-flake.nixosModules.default ]`,
		query: `let bare = configOf [ backends.imageless ]; same = f: f c == f bare; in [
			(same (c: c.fileSystems)) (same (c: map (p: p.pname) c.environment.systemPackages))
			(same (c: lib.attrNames c.systemd.services)) (same (c: c.virtualisation.libvirtd.enable)) c.warnings
		]`,
		want: `[true, true, true, true, []]`,
	}, {
		name: "its options are the modules' own",
		modules: `[ backends.imageless nixos-flake.nixosModules.default mounts.shares profiles.controller {
			nixos-flake.shares."/data".tag = "data";
		} ]`,
		query: `c.fileSystems."/data".device`,
		want:  `"data"`,
	}})
}
