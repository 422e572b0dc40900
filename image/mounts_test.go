// SPDX-License-Identifier: Apache-2.0

package image

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/image/nixos"
	"vmprov/internal/event"
)

func TestSystemOf(t *testing.T) {
	for attribute, want := range map[string]string{
		"":     defaultSystem,
		"disk": defaultSystem,
		"nixosConfigurations.vm.config.system.build.image":        defaultSystem,
		"nixosConfigurations.devel.config.system.build.image":     "nixosConfigurations.devel.config",
		`nixosConfigurations."a.b".config.system.build.other`:     `nixosConfigurations."a.b".config`,
		"packages.x86_64-linux.nixosConfigurations.vm.config.x":   defaultSystem,
		"nixosConfigurations.devel.pkgs.config.system.build.toto": defaultSystem,
	} {
		assert.Equal(t, systemOf(attribute), want, attribute)
	}
}

// A plain set stands for a NixOS configuration: vmprov asks for these fields
// only.
const declares = `nixosConfigurations.vm.config = {
  system.build.toplevel = throw "not asked for";
  nixos-flake.shares = {
    "/etc/xdg-host" = { tag = "xdg"; };
    "/mnt/home" = { tag = "home"; options = [ "ro" ]; other = throw "not asked for"; };
  };
  nixos-flake.storage = {
    "/mnt/nvme0" = { device = "/dev/nvme0n1"; fsType = "xfs"; mkfsArgs = [ "-K" ]; };
    "/mnt/data" = { device = "/dev/vdb"; fsType = "ext4"; autoFormat = true; };
  };
  fileSystems = {
    "/" = { device = "/dev/disk/by-label/nixos"; fsType = "ext4"; options = [ "defaults" ]; };
    "/mnt/data" = { device = "/dev/vdc"; fsType = "ext4"; options = [ "noatime" ]; };
    "/mnt/nvme0" = { device = "/dev/nvme0n1"; fsType = "xfs"; options = [ "defaults" ]; };
    "/mnt/off" = { device = "/dev/vdd"; fsType = "ext4"; enable = false; };
    "/mnt/none" = { device = null; fsType = "ext4"; };
  };
};`

func TestGuestMounts(t *testing.T) {
	needNix(t)
	folder := flake(t, t.TempDir(), declares)
	var seen events
	got, err := GuestMounts(t.Context(), Request{Name: "devel", Flake: folder}, seen.sink)
	assert.NilError(t, err)
	none := []string{}
	assert.DeepEqual(t, got, []nixos.Mount{
		{Target: "/", Device: "/dev/disk/by-label/nixos", Type: "ext4", Options: []string{"defaults"}},
		{Target: "/etc/xdg-host", Device: "xdg", Type: "virtiofs", Options: none},
		// What the system mounts in the end, not what it was given.
		{Target: "/mnt/data", Device: "/dev/vdc", Type: "ext4", Options: []string{"noatime"}, MkfsArgs: none},
		{Target: "/mnt/home", Device: "home", Type: "virtiofs", Options: []string{"ro"}},
		{Target: "/mnt/nvme0", Device: "/dev/nvme0n1", Type: "xfs", Options: []string{"defaults"}, MkfsArgs: []string{"-K"}},
	})
	assert.Equal(t, seen.all[0].Kind, event.Started)
	assert.Equal(t, seen.all[len(seen.all)-1].Kind, event.Done)
	_, err = os.Stat(filepath.Join(folder, "flake.lock"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestGuestMountsOfASystemWithoutAny(t *testing.T) {
	needNix(t)
	got, err := GuestMounts(t.Context(), Request{
		Name: "devel", Flake: flake(t, t.TempDir(), "nixosConfigurations.other.config = { };"),
		Attribute: "nixosConfigurations.other.config.system.build.image",
	}, event.Discard)
	assert.NilError(t, err)
	assert.Equal(t, len(got), 0)
}

func TestGuestMountsFails(t *testing.T) {
	needNix(t)
	for _, tc := range []struct {
		name, outputs, want string
		noSystem            bool
	}{
		{"no system", "x = 1;", " of image devel has no nixosConfigurations.vm.config: no NixOS configuration", true},
		{"does not evaluate", `nixosConfigurations.vm.config = throw "on purpose";`, "evaluate flake of image devel: nix: on purpose", false},
		{"a mount does not evaluate", `nixosConfigurations.vm.config.nixos-flake.shares."/x" = { };`, "evaluate flake of image devel: nix: attribute 'tag' missing", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var seen events
			_, err := GuestMounts(t.Context(), Request{Name: "devel", Flake: flake(t, t.TempDir(), tc.outputs)}, seen.sink)
			assert.ErrorContains(t, err, tc.want)
			assert.Equal(t, errors.Is(err, ErrNoSystem), tc.noSystem)
			last := seen.all[len(seen.all)-1].Kind
			assert.Equal(t, last == event.Skipped, tc.noSystem)
			assert.Equal(t, last == event.Failed, !tc.noSystem)
		})
	}
	_, err := GuestMounts(t.Context(), Request{Name: "file", File: "/x.qcow2"}, event.Discard)
	assert.ErrorIs(t, err, ErrNoSystem)
}
