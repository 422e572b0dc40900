// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"os/exec"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// documented is the storage example of the library's documentation.
const documented = `[ backends.imageless mounts.storage {
	nixos-flake.storage = {
		"/mnt/nvme0" = {
			device = "/dev/nvme0n1";
			fsType = "xfs";
			mkfsArgs = [ "-b" "size=16k" "-s" "size=16k" ];
		};
		"/mnt/nvme1" = {
			device = "/dev/nvme1n1";
			fsType = "xfs";
			autoFormat = true;
		};
		"/mnt/data" = {
			device = "/dev/vdb";
			fsType = "ext4";
		};
	};
} ]`

func TestShares(t *testing.T) {
	runModuleCases(t, []moduleCase{
		{
			name: "the documented shares",
			modules: `[ backends.imageless mounts.shares {
				nixos-flake.shares."/etc/xdg-host" = { tag = "xdg"; };
				nixos-flake.shares."/mnt/home" = { tag = "home"; options = [ "ro" ]; };
			} ]`,
			query: `lib.mapAttrs (_: pick [ "device" "fsType" "options" "noCheck" ])
				(pick [ "/etc/xdg-host" "/mnt/home" ] c.fileSystems)`,
			want: `{
				"/etc/xdg-host": {"device": "xdg", "fsType": "virtiofs", "options": ["defaults"], "noCheck": true},
				"/mnt/home": {"device": "home", "fsType": "virtiofs", "options": ["ro"], "noCheck": true}
			}`,
		},
		{
			name: "nothing but mounts",
			modules: `[ backends.imageless mounts.shares {
				nixos-flake.shares."/etc/xdg-host".tag = "xdg";
			} ]`,
			query: `let bare = configOf [ backends.imageless ]; in [
				(c.environment.variables == bare.environment.variables)
				(lib.attrNames c.systemd.services == lib.attrNames bare.systemd.services)
				(c.systemd.tmpfiles.settings == bare.systemd.tmpfiles.settings)
			]`,
			want: `[true, true, true]`,
		},
		{
			name: "the documented overlay on a share",
			modules: `[ backends.imageless mounts.shares ({ lib, pkgs, ... }: {
				nixos-flake.shares."/mnt/home" = { tag = "home"; options = [ "ro" ]; };
				fileSystems."/root" = {
					device = "overlay";
					fsType = "overlay";
					options = [ "lowerdir=/mnt/home" "upperdir=/.root-overlay/upper" "workdir=/.root-overlay/work" ];
					depends = [ "/mnt/home" ];
				};
				systemd.services."prepare-root-overlay" = {
					description = "Create overlay work directories for /root";
					wantedBy = [ "local-fs.target" ];
					before = [ "root.mount" ];
					unitConfig.DefaultDependencies = false;
					serviceConfig = {
						Type = "oneshot";
						RemainAfterExit = true;
						ExecStart = "${pkgs.coreutils}/bin/mkdir --parents /.root-overlay/upper /.root-overlay/work";
					};
				};
				environment.variables.XDG_CONFIG_HOME = "/etc/xdg-host";
				environment.variables.XDG_CONFIG_DIRS = lib.mkForce "/etc/xdg-host:/etc/xdg";
			}) ]`,
			query: `[ c.fileSystems."/root".depends c.system.build.toplevel.name ]`,
			want:  `[["/mnt/home"], "nixos-system-stand-in"]`,
		},
	})
}

// TestDocumentedWithoutModules: what the documentation writes in NixOS's own
// options goes with the backends.
func TestDocumentedWithoutModules(t *testing.T) {
	runModuleCases(t, []moduleCase{
		{
			name: "the host's tools configuration",
			modules: `[ backends.imageless ({ lib, ... }: {
				fileSystems."/etc/xdg-host" = {
					device = "xdg";
					fsType = "virtiofs";
				};
				environment.variables.XDG_CONFIG_HOME = "/etc/xdg-host";
				environment.variables.XDG_CONFIG_DIRS = lib.mkForce "/etc/xdg-host:/etc/xdg";
			}) ]`,
			query: `[ c.fileSystems."/etc/xdg-host".device c.environment.variables.XDG_CONFIG_DIRS c.system.build.toplevel.name ]`,
			want:  `["xdg", "/etc/xdg-host:/etc/xdg", "nixos-system-stand-in"]`,
		},
		{
			name: "a repository of dotfiles",
			modules: `let inputs.dotfiles = ./nixpkgs; in [ backends.imageless ({ lib, ... }: {
				environment.etc."xdg-host/helix/config.toml".source = "${inputs.dotfiles}/flake.nix";
				environment.etc."xdg-host/nvim".source = "${inputs.dotfiles}/nixos";
				environment.variables.XDG_CONFIG_DIRS = lib.mkForce "/etc/xdg-host:/etc/xdg";
			}) ]`,
			query: `[ (lib.attrNames c.environment.etc) c.system.build.toplevel.name ]`,
			want:  `[["xdg-host/helix/config.toml", "xdg-host/nvim"], "nixos-system-stand-in"]`,
		},
		{
			name: "a unit of one's own that formats",
			modules: `[ backends.imageless ({ pkgs, ... }: {
				systemd.services."format-nvme0" = {
					description = "Format /dev/nvme0n1 with XFS (16k block/sector)";
					wantedBy = [ "local-fs.target" ];
					before = [ "mnt-nvme0.mount" ];
					requires = [ "dev-nvme0n1.device" ];
					after = [ "dev-nvme0n1.device" ];
					unitConfig.DefaultDependencies = false;
					serviceConfig = {
						Type = "oneshot";
						RemainAfterExit = true;
						ExecStart = "${pkgs.xfsprogs}/bin/mkfs.xfs -b size=16k -s size=16k /dev/nvme0n1";
					};
				};
				fileSystems."/mnt/nvme0" = {
					device = "/dev/nvme0n1";
					fsType = "xfs";
				};
				fileSystems."/mnt/nvme1" = {
					device = "/dev/nvme1n1";
					fsType = "xfs";
					autoFormat = true;
				};
			}) ]`,
			query: `[ c.fileSystems."/mnt/nvme0".autoFormat c.fileSystems."/mnt/nvme1".autoFormat c.system.build.toplevel.name ]`,
			want:  `[false, true, "nixos-system-stand-in"]`,
		},
		{
			name: "a workload on the controller itself",
			modules: `[ backends.libvirt profiles.controller user testSuites.fstests testSuites.blktests {
				nixos-flake.controller.enable = true;
			} ]`,
			query: `[ (lib.subtractLists (namesOf c.environment.systemPackages) [ "ansible" "gcc" "xfstests" "nbd" ]) c.system.build.toplevel.name ]`,
			want:  `[[], "nixos-system-stand-in"]`,
		},
	})
}

func TestStorage(t *testing.T) {
	runModuleCases(t, []moduleCase{
		{
			name:    "mounts of the documented disks",
			modules: documented,
			query: `lib.mapAttrs (_: pick [ "device" "fsType" "options" "autoFormat" "noCheck" ])
				(pick [ "/mnt/nvme0" "/mnt/nvme1" "/mnt/data" ] c.fileSystems)`,
			want: `{
				"/mnt/nvme0": {"device": "/dev/nvme0n1", "fsType": "xfs", "options": ["defaults"], "autoFormat": false, "noCheck": false},
				"/mnt/nvme1": {"device": "/dev/nvme1n1", "fsType": "xfs", "options": ["defaults"], "autoFormat": true, "noCheck": false},
				"/mnt/data": {"device": "/dev/vdb", "fsType": "ext4", "options": ["defaults"], "autoFormat": false, "noCheck": false}
			}`,
		},
		{
			name:    "a unit only where mkfs has arguments",
			modules: documented,
			query:   `lib.filter (lib.hasPrefix "mkfs-") (lib.attrNames c.systemd.services)`,
			want:    `["mkfs-mnt-nvme0"]`,
		},
		{
			name:    "device, then mkfs, then fsck and mount",
			modules: documented,
			query: `let unit = c.systemd.services.mkfs-mnt-nvme0; in {
				inherit (unit) requires after before requiredBy conflicts restartIfChanged;
				defaults = unit.unitConfig.DefaultDependencies;
				service = pick [ "Type" "RemainAfterExit" ] unit.serviceConfig;
			}`,
			want: `{
				"requires": ["dev-nvme0n1.device"], "after": ["dev-nvme0n1.device"],
				"before": ["mnt-nvme0.mount", "systemd-fsck@dev-nvme0n1.service", "shutdown.target"],
				"requiredBy": ["mnt-nvme0.mount"], "conflicts": ["shutdown.target"], "restartIfChanged": false,
				"defaults": false, "service": {"Type": "oneshot", "RemainAfterExit": true}
			}`,
		},
		{
			name:    "blkid guards mkfs, and both are found",
			modules: documented,
			query: `let unit = c.systemd.services.mkfs-mnt-nvme0; in [
				(lib.hasInfix "blkid --probe \"$device\"" unit.script)
				(lib.hasInfix "mkfs.xfs -b 'size=16k' -s 'size=16k' \"$device\"" unit.script)
				(lib.subtractLists (namesOf unit.path) [ "util-linux" "xfsprogs" ])
			]`,
			want: `[true, true, []]`,
		},
		{
			name: "a device by id, and a path with a dash",
			modules: `[ backends.imageless mounts.storage {
				nixos-flake.storage."/mnt/my-data" = {
					device = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_scratch";
					fsType = "xfs";
					mkfsArgs = [ "-K" ];
					options = [ "noatime" ];
				};
			} ]`,
			query: `{
				unit = pick [ "after" "requiredBy" ] c.systemd.services."mkfs-mnt-my\\x2ddata";
				options = c.fileSystems."/mnt/my-data".options;
			}`,
			want: `{"options": ["noatime"], "unit": {
				"after": ["dev-disk-by\\x2did-nvme\\x2dQEMU_NVMe_Ctrl_scratch.device"], "requiredBy": ["mnt-my\\x2ddata.mount"]
			}}`,
		},
	})
}

// TestRefused: what cannot work is refused, naming the mount point.
func TestRefused(t *testing.T) {
	cases := []struct{ name, modules, want string }{
		{
			"mkfsArgs and autoFormat",
			`[ backends.imageless mounts.storage { nixos-flake.storage."/mnt/x" = {
				device = "/dev/vdb"; fsType = "xfs"; mkfsArgs = [ "-K" ]; autoFormat = true; }; } ]`,
			`nixos-flake.storage."/mnt/x": mkfsArgs and autoFormat exclude each other`,
		},
		{
			"mkfsArgs on what the initrd mounts",
			`[ backends.imageless mounts.storage { nixos-flake.storage."/var/lib" = {
				device = "/dev/vdb"; fsType = "xfs"; mkfsArgs = [ "-K" ]; }; } ]`,
			`nixos-flake.storage."/var/lib": this is mounted in the initrd`,
		},
		{
			"mkfsArgs on a label",
			`[ backends.imageless mounts.storage { nixos-flake.storage."/mnt/x" = {
				device = "LABEL=x"; fsType = "xfs"; mkfsArgs = [ "-K" ]; }; } ]`,
			`nixos-flake.storage."/mnt/x": mkfsArgs needs a device below /dev, not LABEL=x`,
		},
		{
			"a relative mount point of a disk",
			`[ backends.imageless mounts.storage { nixos-flake.storage."mnt/x" = { device = "/dev/vdb"; fsType = "xfs"; }; } ]`,
			`nixos-flake.storage."mnt/x": a mount point is an absolute path`,
		},
		{
			"a relative mount point of a share",
			`[ backends.imageless mounts.shares { nixos-flake.shares."mnt/x".tag = "x"; } ]`,
			`nixos-flake.shares."mnt/x": a mount point is an absolute path`,
		},
		{
			"root as the unprivileged account",
			`[ backends.imageless user { nixos-flake.user.name = "root"; } ]`,
			`nixos-flake.user.name: the unprivileged account cannot be root`,
		},
		{
			"an account's name without the module",
			`[ backends.imageless { nixos-flake.user.name = "kdev"; } ]`,
			"The option `nixos-flake' does not exist",
		},
		{
			"a share without a tag",
			`[ backends.imageless mounts.shares { nixos-flake.shares."/data" = { }; } ]`,
			"nixos-flake.shares.\"/data\".tag' was accessed but has no value defined",
		},
		{
			"a disk without a type",
			`[ backends.imageless mounts.storage { nixos-flake.storage."/data".device = "/dev/vdb"; } ]`,
			"nixos-flake.storage.\"/data\".fsType' was accessed but has no value defined",
		},
		{
			"a misspelt field of a disk",
			`[ backends.imageless mounts.storage { nixos-flake.storage."/data" = {
				device = "/dev/vdb"; fsType = "xfs"; mkfsArg = [ "-K" ]; }; } ]`,
			"nixos-flake.storage.\"/data\".mkfsArg' does not exist",
		},
	}
	nixpkgsLib(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := evaluateIn(t, library(t), "let c = configOf "+c.modules+"; in builtins.deepSeq c.fileSystems c.system.build.toplevel.name")
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// TestEscaping holds the stand-in's unit names to systemd's own.
func TestEscaping(t *testing.T) {
	for _, path := range []string{
		"/", "/mnt/nvme0", "/mnt/my-data/", "//mnt///x", "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_s+1", "/mnt/with space", "/mnt/a.b:c",
	} {
		t.Run(path, func(t *testing.T) {
			got := evaluate(t, "(import ./nixpkgs/nixos/utils.nix lib).escapeSystemdPath "+nixString(path))
			out, err := command(t, ".", "systemd-escape", "--path", path)
			assert.NilError(t, err)
			assert.Equal(t, got, strings.TrimSpace(out))
		})
	}
}

func nixString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `\${`).Replace(text) + `"`
}

func lookPath(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("NOT RUN: %s is not installed", name)
		}
	}
}
