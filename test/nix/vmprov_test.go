// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"vmprov/image"
	"vmprov/image/nixos"
	"vmprov/internal/event"
	"vmprov/internal/run"
)

// TestInitBuilds: what `vmprov init` writes builds with the library as it is in
// the binary, over the stand-in for nixpkgs.
func TestInitBuilds(t *testing.T) {
	nixpkgsLib(t)
	lookPath(t, "git")
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	for template, attributes := range map[string][]string{
		nixos.TemplateLibvirt:   {"image", "nixosConfigurations.vm.config.system.build.image"},
		nixos.TemplateImageless: {"nixosConfigurations.vm.config.system.build.toplevel"},
	} {
		t.Run(template, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "my-vm")
			_, err := run.Init(t.Context(), run.InitOptions{Dir: dir, Template: template, Git: true})
			assert.NilError(t, err)
			nixpkgs := standIn(t)
			for _, attribute := range attributes {
				built := build(t, dir, nixpkgs, attribute)
				_, err := os.Stat(built)
				assert.NilError(t, err)
			}
		})
	}
}

const mounting = `project: p
images: {vm: {flake: .}}
guests:
  vm:
    image: vm
    disks:
      - {name: scratch, bus: nvme, size: 1GiB, controller: data, filesystem: {type: xfs}, target: /mnt/scratch}
      - {name: log, bus: nvme, size: 1GiB, controller: data, filesystem: {type: ext4, mkfsArgs: [-L, "a ${b}"]}, target: /mnt/my-log}
      - {name: old, path: /srv/old.img, readOnly: true, filesystem: {type: btrfs}, target: "/mnt/${old}"}
    shares:
      - {tag: results, source: /srv, target: /data/results}
      - {tag: home, source: /home, target: /mnt/home, readOnly: true}
`

// TestModuleOfVmprov: the library's modules take what `vmprov module` prints.
func TestModuleOfVmprov(t *testing.T) {
	dir := fs.NewDir(t, "config", fs.WithFile("vmprov.yaml", mounting), fs.WithFile("flake.nix", "{ }"))
	module, err := run.Module(run.Env{}, run.Selection{Config: dir.Path()})
	assert.NilError(t, err)
	got := evaluate(t, `let c = configOf [ backends.libvirt mounts.shares mounts.storage (`+module.Module+`) ]; in {
		mounts = lib.mapAttrs (_: pick [ "device" "fsType" "options" "autoFormat" ])
			(pick [ "/mnt/scratch" "/mnt/my-log" "/mnt/\${old}" "/data/results" "/mnt/home" ] c.fileSystems);
		mkfs = lib.hasInfix "mkfs.ext4 -L 'a \${b}'" c.systemd.services."mkfs-mnt-my\\x2dlog".script;
		toplevel = c.system.build.toplevel.name;
	}`)
	const link = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_data_"
	assert.DeepEqual(t, got, decode(t, `{
		"mounts": {
			"/mnt/scratch": {"device": "`+link+`1", "fsType": "xfs", "options": ["defaults"], "autoFormat": true},
			"/mnt/my-log": {"device": "`+link+`2", "fsType": "ext4", "options": ["defaults"], "autoFormat": false},
			"/mnt/${old}": {"device": "/dev/disk/by-id/virtio-old", "fsType": "btrfs", "options": ["ro"], "autoFormat": false},
			"/data/results": {"device": "results", "fsType": "virtiofs", "options": ["defaults"], "autoFormat": false},
			"/mnt/home": {"device": "home", "fsType": "virtiofs", "options": ["ro"], "autoFormat": false}
		},
		"mkfs": true, "toplevel": "nixos-system-stand-in"
	}`))
}

// TestAgreement: `vmprov validate --guest` reads a system of the module system,
// not only plain sets.
func TestAgreement(t *testing.T) {
	nixpkgsLib(t)
	t.Setenv("NIX_CONFIG", "substitute = false")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	// The stand-in's files beside the flake, which thus needs no input: a flake
	// with nixpkgs is refused under the nix that is old enough to lack it.
	dir := fs.NewDir(t, "config",
		fs.FromDir("."), fs.WithDir("library", fs.FromDir(library(t))), fs.WithDir("lib", fs.FromDir(nixpkgsLib(t))),
		fs.WithFile("flake.nix", `{
  outputs = { self }: {
    nixosConfigurations.vm.config =
      with import ./eval.nix { libFolder = ./lib; libraryFolder = ./library; };
      configOf [ backends.libvirt mounts.shares mounts.storage {
        nixos-flake.shares."/data/results".tag = "result";
        nixos-flake.storage."/mnt/x" = { device = "/dev/vdc"; fsType = "xfs"; mkfsArgs = [ "-K" ]; };
      } ];
  };
}
`))
	got, err := image.GuestMounts(t.Context(), image.Request{Name: "vm", Flake: dir.Path()}, event.Discard)
	assert.NilError(t, err)
	found := map[string]nixos.Mount{}
	for _, m := range got {
		found[m.Target] = m
	}
	assert.DeepEqual(t, found["/data/results"], nixos.Mount{Target: "/data/results", Device: "result", Type: "virtiofs", Options: []string{"defaults"}})
	assert.DeepEqual(t, found["/mnt/x"], nixos.Mount{Target: "/mnt/x", Device: "/dev/vdc", Type: "xfs", Options: []string{"defaults"}, MkfsArgs: []string{"-K"}})
	assert.Equal(t, found["/"].Type, "ext4")
}
