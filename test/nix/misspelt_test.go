// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestMisspelt misspells a name in each file of the library, which must fail
// the evaluation of a system that uses it: that is what the other tests rest on.
func TestMisspelt(t *testing.T) {
	nixpkgsLib(t)
	const (
		imageless = `[ backends.imageless user ]`
		libvirt   = `[ backends.libvirt user ]`
	)
	controller := `[ backends.libvirt profiles.controller { nixos-flake.controller.enable = true; } ]`
	shares := `[ backends.imageless mounts.shares { nixos-flake.shares."/data".tag = "data"; } ]`
	suite := func(name string) string { return `[ backends.imageless testSuites.` + name + ` ]` }
	profile := func(name string) string { return `[ backends.imageless profiles.` + name + ` ]` }
	cases := []struct{ file, from, to, modules string }{
		{"modules/guest.nix", "qemuGuest", "qemuGuestAgent", imageless},
		{"modules/guest.nix", "supportedFilesystems", "supportedFileSystems", imageless},
		{"modules/guest.nix", "ConditionCredential", "ConditionCredentials", imageless},
		{"modules/guest.nix", "authorizedKeysFiles", "authorizedKeysFile", imageless},
		{"modules/guest.nix", "hostName =", "hostname =", imageless},
		{"modules/user.nix", "initialPassword", "initalPassword", imageless},
		{"modules/user.nix", "extraRules", "extraRule", imageless},
		{"modules/backends/imageless/default.nix", "useNetworkd", "useNetworkD", imageless},
		{"modules/backends/imageless/default.nix", "noCheck", "nocheck", imageless},
		{"modules/backends/imageless/default.nix", `fsType = "virtiofs"`, `type = "virtiofs"`, imageless},
		{"modules/backends/imageless/default.nix", "KbdInteractiveAuthentication", "KbdInteractive", imageless},
		{"modules/backends/imageless/default.nix", "isYes", "isEnabled", imageless},
		{"modules/backends/imageless/default.nix", "matchConfig", "matchconfig", imageless},
		{"modules/backends/imageless/default.nix", "fontconfig", "fontConfig", imageless},
		{"modules/backends/imageless/user.nix", "extraGroups", "groups", imageless},
		{"modules/backends/libvirt/default.nix", "growPartition", "growpartition", libvirt},
		{"modules/backends/libvirt/default.nix", "PasswordAuthentication", "passwordAuthentication", libvirt},
		{"modules/backends/libvirt/boot.nix", "availableKernelModules", "availableModules", libvirt},
		{"modules/backends/libvirt/boot.nix", "efiInstallAsRemovable", "efiRemovable", libvirt},
		{"modules/backends/libvirt/image.nix", "partitionTableType", "partitionTable", libvirt},
		{"modules/backends/libvirt/user.nix", "extraGroups", "groups", libvirt},
		{"modules/mounts/shares.nix", "device = share.tag", "device = share.tags", shares},
		{"modules/mounts/shares.nix", "noCheck", "nocheck", shares},
		{"modules/mounts/storage.nix", "requiredBy", "requiredby", documented},
		{"modules/mounts/storage.nix", "RemainAfterExit", "RemainsAfterExit", documented},
		{"modules/profiles/build-tools.nix", "environment", "environments", profile("build-tools")},
		{"lib/kernel-build.nix", "pathsToLink", "pathToLink", profile("build-tools")},
		{"modules/overlay.nix", "assertions", "assertion", profile("devel")},
		{"modules/profiles/devel.nix", "nvme-cli", "nvmecli", profile("devel")},
		{"modules/profiles/devel.nix", "bpftools", "bpftool", profile("devel")},
		{"modules/profiles/monitoring.nix", "cpupower", "cpu-power", profile("monitoring")},
		{"modules/profiles/controller.nix", "vhostUserPackages", "vhostuserPackages", controller},
		{"modules/profiles/controller.nix", "pkgs.ansible", "pkgs.ansibles", controller},
		{"modules/testSuites/blktests.nix", "multipath-tools", "multipath", suite("blktests")},
		{"modules/testSuites/fstests.nix", "isNormalUser", "normalUser", suite("fstests")},
		{"modules/testSuites/fstests.nix", "tmpfiles.settings", "tmpfiles.setting", suite("fstests")},
		{"modules/testSuites/gitr.nix", "pcre2", "pcre", suite("gitr")},
		{"modules/testSuites/ltp.nix", "rpcbind", "rpcBind", suite("ltp")},
		{"modules/testSuites/mmtests.nix", "gnuplot", "gnu-plot", suite("mmtests")},
		{"modules/testSuites/pynfs.nix", "nfs.server", "nfsd.server", suite("pynfs")},
		{"modules/testSuites/selftests.nix", "libcap_ng", "libcap-ng", suite("selftests")},
		{"modules/testSuites/sysbench.nix", "ensureDatabases", "ensureDatabase", suite("sysbench")},
		{"lib/kernel-build.nix", "elfutils", "libelf-dev", profile("build-tools")},
		{"overlays/fio.nix", "prev.fio.", "prev.fios.", profile("devel")},
		{"pkgs/nfstest.nix", "tcpdump", "tcp-dump", profile("devel")},
	}
	tried := map[string]bool{}
	for _, c := range cases {
		tried[c.file] = true
		t.Run(c.file+" "+c.from, func(t *testing.T) {
			expression := "(configOf (" + c.modules + ")).system.build." + product(c.file) + ".name"
			folder := copyLibrary(t)
			_, err := evaluateIn(t, folder, expression)
			assert.NilError(t, err, "does not evaluate as it is")
			replace(t, filepath.Join(folder, c.file), c.from, c.to)
			_, err = evaluateIn(t, folder, expression)
			assert.ErrorContains(t, err, "error:")
		})
	}
	for _, file := range nixFiles(t, library(t)) {
		if strings.HasPrefix(file, "modules/") && file != "modules/default.nix" {
			assert.Check(t, tried[file], "%s is tried with no misspelt name", file)
		}
	}
}

// product is what of a system to build to use a file of the library.
func product(file string) string {
	if strings.HasSuffix(file, "/image.nix") {
		return "image"
	}
	return "toplevel"
}

func copyLibrary(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "library")
	assert.NilError(t, os.CopyFS(folder, os.DirFS(library(t))))
	return folder
}

func replace(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(string(text), from), "%s has no %s", path, from)
	assert.NilError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), from, to)), 0o600))
}

// configurations is the folder of users' own flakes, which git ignores.
const configurations = "configurations"

// nixFiles are the Nix files below a folder, relative to it.
func nixFiles(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if path == configurations {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".nix" {
			files = append(files, path)
		}
		return err
	})
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 0)
	return files
}
