// SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/image"
	"vmprov/image/nixos"
	"vmprov/internal/event"
	"vmprov/internal/plan"
)

const someGuests = `project: fstests
images:
  devel: {flake: .}
  plain: {flake: ./plain}
  ready: {file: /ready.qcow2}
defaults: {image: devel}
guests:
  xfs:
    count: 2
    disks:
      - {name: log, size: 1GiB, filesystem: {type: xfs, mkfsArgs: [-K]}, target: /mnt/log}
      - {name: scratch, bus: nvme, size: 1GiB}
      - {name: one, bus: nvme, size: 1GiB, controller: data, filesystem: {type: ext4}, target: /mnt/one}
      - {name: two, bus: nvme, size: 1GiB, controller: data}
      - {name: sole, bus: nvme, size: 1GiB, controller: other}
    shares:
      - {tag: results, source: /results, target: /data/results}
      - {tag: xdg, source: /xdg, readOnly: true}
  other: {}
  plain: {image: plain}
  ready: {image: ready}
`

// folder is a configuration folder with these outputs of its flake.
func folder(t *testing.T, text string, outputs string) string {
	t.Helper()
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "vmprov.yaml"), []byte(text), 0o644))
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "flake.nix"), []byte("{ outputs = { self }: {\n"+outputs+"\n}; }\n"), 0o644))
	return dir
}

func TestDeclared(t *testing.T) {
	file, err := load(Env{}, folder(t, someGuests, ""))
	assert.NilError(t, err)
	const nvme = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_"
	assert.DeepEqual(t, declared(file.Guests[0]), nixos.Mounts{
		Shares: []nixos.Share{{Tag: "results", Target: "/data/results"}, {Tag: "xdg", ReadOnly: true}},
		Disks: []nixos.Disk{
			{Name: "log", Links: []string{"/dev/disk/by-id/virtio-log"}, Target: "/mnt/log", Type: "xfs", MkfsArgs: []string{"-K"}},
			{Name: "scratch", Links: []string{nvme + "scratch", nvme + "scratch_1"}, Controller: "scratch", Namespace: 1},
			{Name: "one", Links: []string{nvme + "data_1"}, Controller: "data", Namespace: 1, Target: "/mnt/one", Type: "ext4"},
			{Name: "two", Links: []string{nvme + "data_2"}, Controller: "data", Namespace: 2},
			{Name: "sole", Links: []string{nvme + "other_1", nvme + "other"}, Controller: "other", Namespace: 1},
		},
	})
}

func TestModule(t *testing.T) {
	dir := folder(t, someGuests, "")
	m, err := Module(Env{}, Selection{Config: dir, Guests: []string{"xfs"}})
	assert.NilError(t, err)
	assert.DeepEqual(t, m.Guests, []string{"xfs-1", "xfs-2"})
	assert.Equal(t, m.Module, `# What vmprov.yaml mounts in xfs-1, xfs-2. It needs nixosModules.mounts.shares and
# nixosModules.mounts.storage.
# Without a target, so left out: share xdg, disk scratch, disk two, disk sole.
{
  nixos-flake.shares = {
    "/data/results" = {
      tag = "results";
    };
  };
  nixos-flake.storage = {
    "/mnt/log" = {
      device = "/dev/disk/by-id/virtio-log";
      fsType = "xfs";
      mkfsArgs = [ "-K" ];
    };
    "/mnt/one" = {
      device = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_data_1";
      fsType = "ext4";
      autoFormat = true;
    };
  };
}
`)
	_, err = Module(Env{}, Selection{Config: dir})
	assert.Error(t, err, "guests `xfs-1` and `other` mount different things; name one")

	other := filepath.Join(dir, "two\nlines.yaml")
	assert.NilError(t, os.WriteFile(other, []byte(someGuests), 0o644))
	m, err = Module(Env{}, Selection{Config: other, Guests: []string{"plain"}})
	assert.NilError(t, err)
	assert.Assert(t, strings.HasPrefix(m.Module, "# What two lines.yaml mounts in plain. It needs "), m.Module)
	_, err = Module(Env{}, Selection{Config: dir, Guests: []string{"nosuch"}})
	assert.ErrorContains(t, err, "nosuch")
}

func needNix(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("nix")
	skip.If(t, err != nil, "NOT TESTED: nix is not installed")
	t.Setenv("NIX_CONFIG", "sandbox = false\nsubstitute = false")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
}

const system1 = `nixosConfigurations.vm.config = {
  nixos-flake.shares = {
    "/data/results" = { tag = "results"; };
    "/etc/xdg-host" = { tag = "xdg"; };
  };
  nixos-flake.storage = {
    "/mnt/scratch" = { device = "/dev/nvme0n1"; fsType = "xfs"; };
  };
};`

func TestAgree(t *testing.T) {
	needNix(t)
	dir := folder(t, someGuests, system1)
	plain := filepath.Join(dir, "plain")
	assert.NilError(t, os.Mkdir(plain, 0o755))
	assert.NilError(t, os.WriteFile(filepath.Join(plain, "flake.nix"), []byte("{ outputs = { self }: { }; }"), 0o644))
	got, err := Agree(t.Context(), Env{Emit: event.Discard}, Selection{Config: dir})
	assert.NilError(t, err)
	xfs := []nixos.Difference{
		{Mount: "/etc/xdg-host", Text: "share `xdg` is read-only here, and the guest mounts it to write"},
		{Mount: "/mnt/scratch", Text: "the guest mounts `/dev/nvme0n1`, which is not stable: the guest has 3 NVMe controllers, numbered anew at each boot; name it by /dev/disk/by-id"},
	}
	none := []nixos.Difference{}
	assert.DeepEqual(t, got, &Agreement{Project: "fstests", Guests: []GuestAgreement{
		{Guest: "xfs-1", Differences: xfs},
		{Guest: "xfs-2", Differences: xfs},
		{Guest: "other", Differences: []nixos.Difference{
			{Mount: "/data/results", Text: "the guest mounts tag `results`, and no share here has it"},
			{Mount: "/etc/xdg-host", Text: "the guest mounts tag `xdg`, and no share here has it"},
			{Mount: "/mnt/scratch", Text: "the guest mounts `/dev/nvme0n1`, and there is no such NVMe disk here"},
		}},
		{Guest: "plain", Skipped: "the flake " + plain + " of image plain has no nixosConfigurations.vm.config: no NixOS configuration", Differences: none},
		{Guest: "ready", Skipped: "image ready is a ready file: no NixOS configuration", Differences: none},
	}})
	// Looking leaves nothing.
	assert.DeepEqual(t, names(t, os.Getenv("XDG_STATE_HOME")), []string(nil))
}

// TestModuleAgrees: what module prints is what validate --guest wants to see.
func TestModuleAgrees(t *testing.T) {
	needNix(t)
	dir := folder(t, someGuests, "nixosConfigurations.vm.config = import ./mounts.nix;")
	m, err := Module(Env{}, Selection{Config: dir, Guests: []string{"xfs"}})
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "mounts.nix"), []byte(m.Module), 0o644))
	got, err := Agree(t.Context(), Env{Emit: event.Discard}, Selection{Config: dir, Guests: []string{"xfs-1"}})
	assert.NilError(t, err)
	assert.DeepEqual(t, got.Guests, []GuestAgreement{{Guest: "xfs-1", Differences: []nixos.Difference{}}})

	// And it sees when that is not so.
	broken := strings.ReplaceAll(m.Module, "ext4", "btrfs")
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "mounts.nix"), []byte(broken), 0o644))
	got, err = Agree(t.Context(), Env{Emit: event.Discard}, Selection{Config: dir, Guests: []string{"xfs-1"}})
	assert.NilError(t, err)
	assert.DeepEqual(t, got.Guests[0].Differences, []nixos.Difference{{Mount: "/mnt/one", Text: "disk `one` is ext4 here, and btrfs in the guest"}})
}

// TestAgreeWithoutImage: the flake of a guest without an image is looked at too.
func TestAgreeWithoutImage(t *testing.T) {
	needNix(t)
	dir := folder(t, `project: p
guests:
  bare: {imageless: {flake: .}}
  built: {imageless: {closure: /nix/store/x}}
`, `nixosConfigurations.vm.config.fileSystems = {
  "/nix/store" = { device = "store"; fsType = "virtiofs"; options = [ "ro" ]; };
  "/lib/modules" = { device = "modules"; fsType = "virtiofs"; options = [ "ro" ]; };
};`)
	got, err := Agree(t.Context(), Env{Emit: event.Discard}, Selection{Config: dir})
	assert.NilError(t, err)
	assert.DeepEqual(t, got.Guests, []GuestAgreement{
		{Guest: "bare", Differences: []nixos.Difference{{Mount: "/lib/modules", Text: "the guest cannot boot without tag `modules`, and there is none here"}}},
		{Guest: "built", Skipped: "closure built is built already: no NixOS configuration", Differences: []nixos.Difference{}},
	})
}

func TestBuildRemembersOverrides(t *testing.T) {
	needNix(t)
	for _, program := range []string{"qemu-img", "git"} {
		_, err := exec.LookPath(program)
		skip.If(t, err != nil, "NOT TESTED: %s is not installed", program)
	}
	skip.If(t, os.Geteuid() != 0, "NOT TESTED: a build that runs the host's programs needs a store of one's own, so root")
	source, other := t.TempDir(), t.TempDir()
	dir := folder(t, "project: p\nimages: {devel: {flake: .}}\nguests: {vm: {image: devel}}\n", "")
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "flake.nix"), fmt.Appendf(nil, `{
  inputs.fio-src = { url = "path:%s"; flake = false; };
  outputs = { self, fio-src }: {
    nixosConfigurations.vm.config.system.build.image = derivation {
      name = "vmprov-run-test"; system = builtins.currentSystem or "x86_64-linux"; builder = "/bin/sh";
      args = [ "-c" "export PATH=%s; : ${fio-src}; qemu-img create -q -f qcow2 $out 1M" ];
    };
  };
}`, source, os.Getenv("PATH")), 0o644))
	override := image.Override{Name: "fio", Path: other}
	built, err := Build(t.Context(), Env{Emit: event.Discard}, BuildOptions{Selection{Config: dir}, Building{Overrides: []image.Override{override}}})
	assert.NilError(t, err)
	assert.Equal(t, built[0].Overrides, "fio="+other)
	remove := func(path string) { _ = exec.Command("nix-store", "--delete", path).Run() }
	t.Cleanup(func() { remove(built[0].StorePath) })
	defer remove(built[0].StorePath)

	// A command that does not build takes it, and its plan says what it is.
	p, err := openProject(Env{Emit: event.Discard}, dir)
	assert.NilError(t, err)
	images, err := p.images(t.Context(), p.file.Guests, false)
	assert.NilError(t, err)
	assert.DeepEqual(t, images, map[string]image.Artifact{"devel": built[0]})
	pl, err := noting(images, func(plan.Observed) (*plan.Plan, error) { return &plan.Plan{Notes: []string{"first"}}, nil })(plan.Observed{})
	assert.NilError(t, err)
	assert.DeepEqual(t, pl.Notes, []string{"first", "image `devel`: built with local sources: fio=" + other})
	assert.Assert(t, pl.Empty(), "a note is no change")

	// A build without it is of the flake alone again.
	built, err = Build(t.Context(), Env{Emit: event.Discard}, BuildOptions{Selection: Selection{Config: dir}})
	assert.NilError(t, err)
	assert.Equal(t, built[0].Overrides, "")
}

func TestBuildHasNothingToOverride(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir := folder(t, someGuests, "")
	for _, b := range []Building{{Update: true}, {Overrides: []image.Override{{Name: "fio", Path: "/"}}}} {
		_, err := Build(t.Context(), Env{Emit: event.Discard}, BuildOptions{Selection{Config: dir, Guests: []string{"ready"}}, b})
		assert.ErrorContains(t, err, "none of these guests' images is built from a flake")
	}
}
