// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestDevelGroups: every group of tools that the documentation names is there.
func TestDevelGroups(t *testing.T) {
	groups := map[string]string{
		"file system and block layer": "xfstests xfsprogs btrfs-progs e2fsprogs lvm2 parted",
		"NVMe and SCSI":               "nvme-cli libnvme sg3_utils xnvme",
		"I/O generation":              "fio stress-ng",
		"NFS":                         "nfs-utils nfstest pynfs",
		"BPF and tracing":             "bpftrace bcc libbpf-tools blktrace trace-cmd",
		"monitoring and profiling":    "perf cpupower damo htop iotop numactl pagemon powertop sysstat",
		"what the suites call":        "acl attr keyutils libcap libseccomp mdadm linuxquota rpcbind",
		"comfort":                     "git jq strace kmod vim",
		"data analysis":               "python3-env",
	}
	nixpkgsLib(t)
	installed := installedBy(t, `[ backends.imageless profiles.devel ]`)
	for group, names := range groups {
		for _, name := range strings.Fields(names) {
			assert.Check(t, installed[name], "%s: %s", group, name)
		}
	}
	got := evaluate(t, `let
		c = configOf [ backends.imageless profiles.devel ];
		python = lib.findFirst (p: p.pname == "python3-env") null c.environment.systemPackages;
	in {
		completion = c.programs.bash.completion.enable;
		python = python.packages;
		winsOverBarePython = python.meta.priority < lib.meta.defaultPriority;
		uring = map (p: p.pname or p) (lib.findFirst (p: p.pname == "fio") null c.environment.systemPackages).buildInputs;
	}`)
	assert.DeepEqual(t, got, decode(t, `{"completion": true, "python": ["matplotlib", "numpy", "pandas"], "winsOverBarePython": true, "uring": ["libaio", "liburing"]}`))
}

// TestOverlayForgotten: what uses the library's packages says so, and the rest
// does without them.
func TestOverlayForgotten(t *testing.T) {
	nixpkgsLib(t)
	cases := map[string]bool{
		"profiles.devel": true, "profiles.monitoring": true, "profiles.build-tools": false,
		"testSuites.blktests": false, "testSuites.fstests": true, "testSuites.gitr": false, "testSuites.ltp": false,
		"testSuites.mmtests": true, "testSuites.pynfs": true, "testSuites.selftests": false, "testSuites.sysbench": false,
	}
	for module, uses := range cases {
		t.Run(module, func(t *testing.T) {
			_, err := evaluateIn(t, library(t), `(nixpkgs.lib.nixosSystem {
				system = "x86_64-linux";
				modules = [ backends.imageless `+module+` ];
			}).config.system.build.toplevel.name`)
			if !uses {
				assert.NilError(t, err)
				return
			}
			assert.ErrorContains(t, err, "set nixpkgs.overlays = [ nixos-flake.overlays.default ]")
		})
	}
}

func TestMonitoringAlone(t *testing.T) {
	runModuleCases(t, []moduleCase{{
		name:    "its group and no more",
		modules: `[ backends.imageless profiles.monitoring ]`,
		query:   `namesOf c.environment.systemPackages`,
		want:    `["cpupower", "damo", "htop", "iotop", "numactl", "pagemon", "perf", "powertop", "sysstat"]`,
	}})
}

func TestBuildTools(t *testing.T) {
	runModuleCases(t, []moduleCase{{
		name:    "headers and libraries are found",
		modules: `[ backends.imageless profiles.build-tools ]`,
		query:   `{ inherit (c.environment) pathsToLink variables; missing = lib.subtractLists (namesOf c.environment.systemPackages) [ "bc" "bison" "elfutils" "flex" "gcc" "gnumake" "ncurses" "openssl" "pahole" "pkg-config" ]; }`,
		want: `{"missing": [], "pathsToLink": ["/include", "/lib"], "variables": {
			"C_INCLUDE_PATH": ["/run/current-system/sw/include"], "LIBRARY_PATH": ["/run/current-system/sw/lib"],
			"PKG_CONFIG_PATH": ["/run/current-system/sw/lib/pkgconfig"], "LD_LIBRARY_PATH": ["/run/current-system/sw/lib"]
		}}`,
	}})
}

func TestController(t *testing.T) {
	const composed = `[
		nixos-flake.nixosModules.backends.libvirt
		nixos-flake.nixosModules.profiles.controller
		nixos-flake.nixosModules.user
		{ nixos-flake.controller.enable = true; }
	]`
	runModuleCases(t, []moduleCase{
		{
			name:    "libvirt with virtiofsd, and an account that may drive it",
			modules: composed,
			query: `{
				libvirtd = c.virtualisation.libvirtd.enable;
				virtiofsd = namesOf c.virtualisation.libvirtd.qemu.vhostUserPackages;
				groups = c.users.users.user.extraGroups;
				toplevel = c.system.build.toplevel.name;
			}`,
			want: `{"libvirtd": true, "virtiofsd": ["virtiofsd"], "groups": ["wheel", "kvm", "libvirtd"], "toplevel": "nixos-system-stand-in"}`,
		},
		{
			name:    "a kernel's build finds its libraries",
			modules: composed,
			query:   `[ c.environment.pathsToLink (lib.attrNames c.environment.variables) ]`,
			want:    `[["/include", "/lib"], ["C_INCLUDE_PATH", "LD_LIBRARY_PATH", "LIBRARY_PATH", "PKG_CONFIG_PATH"]]`,
		},
		{
			name:    "nothing until it is enabled",
			modules: `[ backends.libvirt profiles.controller ]`,
			query:   `[ c.virtualisation.libvirtd.enable c.environment.systemPackages c.environment.variables c.warnings ]`,
			want:    `[false, [], {}, []]`,
		},
		{
			name:    "a library without vmprov's source says so",
			modules: `[ backends.libvirt profiles.controller { nixos-flake.controller = { enable = true; package = null; }; } ]`,
			query:   `map (w: lib.hasPrefix "nixos-flake.controller: vmprov is not installed." w) c.warnings`,
			want:    `[true]`,
		},
	})
	// As documented, which is without the overlay.
	got := evaluate(t, `let c = (nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = `+composed+`; }).config; in
		[ c.system.build.toplevel.name c.warnings (lib.elem "vmprov" (namesOf c.environment.systemPackages)) ]`)
	assert.DeepEqual(t, got, decode(t, `["nixos-system-stand-in", [], true]`))
	installed := installedBy(t, composed)
	for _, name := range []string{"vmprov", "ansible", "git", "qemu", "virtiofsd", "gcc", "flex", "bison", "ncurses"} {
		assert.Check(t, installed[name], "%s", name)
	}
}

// TestTestSuites: each suite is a check, composes with both backends, and
// brings what it is named after or what it builds with.
func TestTestSuites(t *testing.T) {
	suites := map[string]string{
		"blktests":  "fio nvme-cli gcc gnumake multipath-tools nbd",
		"fstests":   "xfstests xfsprogs e2fsprogs btrfs-progs dbench",
		"gitr":      "git gcc gnumake curl expat nfs-utils",
		"ltp":       "gcc gnumake autoconf automake libaio numactl",
		"mmtests":   "perf gnuplot hwloc gcc gnumake",
		"pynfs":     "pynfs nfs-utils",
		"selftests": "gcc clang llvm libcap libmnl iproute2",
		"sysbench":  "sysbench",
	}
	nixpkgsLib(t)
	got := evaluate(t, `lib.attrNames testSuites`)
	assert.Equal(t, len(got.([]any)), len(suites))
	for suite, names := range suites {
		for _, backend := range []string{"imageless", "libvirt"} {
			t.Run(suite+" on "+backend, func(t *testing.T) {
				modules := fmt.Sprintf("[ backends.%s testSuites.%s ]", backend, suite)
				installed := installedBy(t, modules)
				for _, name := range strings.Fields(names) {
					assert.Check(t, installed[name], "%s", name)
				}
			})
		}
	}
	runModuleCases(t, []moduleCase{
		{
			name:    "fstests has its accounts and mount points",
			modules: `[ backends.imageless testSuites.fstests ]`,
			query: `{
				accounts = lib.mapAttrs (_: u: u.group) (removeAttrs c.users.users [ "root" ]);
				groups = lib.attrNames c.users.groups;
				folders = lib.attrNames c.systemd.tmpfiles.settings.nixos-flake-fstests;
			}`,
			want: `{"accounts": {"fsgqa": "fsgqa", "fsgqa2": "fsgqa2", "123456-fsgqa": "123456-fsgqa"},
				"groups": ["123456-fsgqa", "fsgqa", "fsgqa2"], "folders": ["/mnt/scratch", "/mnt/test"]}`,
		},
		{
			name:    "pynfs has a server to test",
			modules: `[ backends.imageless testSuites.pynfs ]`,
			query:   `[ c.services.nfs.server.enable c.services.nfs.server.exports (lib.attrNames c.systemd.tmpfiles.settings.nixos-flake-pynfs) ]`,
			want:    `[true, "/srv/nfs *(rw,fsid=0,insecure,no_root_squash,no_subtree_check)\n", ["/srv/nfs"]]`,
		},
		{
			name:    "sysbench has a database",
			modules: `[ backends.imageless testSuites.sysbench ]`,
			query:   `[ c.services.mysql.enable c.services.mysql.package.pname c.services.mysql.ensureDatabases ]`,
			want:    `[true, "mariadb", ["sbtest"]]`,
		},
	})
}

// TestWholeCompositions: whatever is composed, each file system names its type
// and none of virtiofs is checked by an fsck that does not exist.
func TestWholeCompositions(t *testing.T) {
	for _, backend := range []string{"imageless", "libvirt"} {
		runModuleCases(t, []moduleCase{{
			name: backend + " with all",
			modules: "[ backends." + backend + ` user mounts.shares mounts.storage {
				nixos-flake.shares."/data".tag = "data";
				nixos-flake.controller.enable = true;
			} ] ++ lib.attrValues profiles ++ lib.attrValues testSuites`,
			query: `{
				untyped = lib.filter (fs: fs.fsType == "auto" || fs.fsType == "none") (lib.attrValues c.fileSystems);
				checked = lib.filter (fs: fs.fsType == "virtiofs" && !fs.noCheck) (lib.attrValues c.fileSystems);
				toplevel = c.system.build.toplevel.name;
			}`,
			want: `{"untyped": [], "checked": [], "toplevel": "nixos-system-stand-in"}`,
		}})
	}
}

// TestBackendsImportAlone looks at their text, TestBackendsStandAlone at what
// they import.
func TestBackendsImportAlone(t *testing.T) {
	backends := filepath.Join(library(t), "modules", "backends")
	for _, file := range nixFiles(t, backends) {
		text, err := os.ReadFile(filepath.Join(backends, file))
		assert.NilError(t, err)
		imports := regexp.MustCompile(`\.\./(imageless|libvirt)|backends/`).FindString(string(text))
		assert.Check(t, imports == "", "%s: %s", file, imports)
	}
}

func TestBackendsStandAlone(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `let
		at = backend: (import (backend + "/default.nix") {
			inherit lib;
			config = throw "not looked at";
		});
		files = backend: map toString (at backend).imports;
	in {
		imageless = lib.filter (lib.hasInfix "/libvirt") (files backends.imageless);
		libvirt = lib.filter (lib.hasInfix "/imageless") (files backends.libvirt);
		both = lib.all (backend: lib.elem (toString (backend + "/user.nix")) (files backend)) [ backends.imageless backends.libvirt ];
	}`)
	assert.DeepEqual(t, got, decode(t, `{"imageless": [], "libvirt": [], "both": true}`))
}

// installedBy is the set of packages that a composition installs.
func installedBy(t *testing.T, modules string) map[string]bool {
	t.Helper()
	installed := map[string]bool{}
	for _, name := range evaluate(t, "namesOf (configOf ("+modules+")).environment.systemPackages").([]any) {
		installed[name.(string)] = true
	}
	return installed
}
