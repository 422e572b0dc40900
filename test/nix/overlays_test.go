// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"testing"

	"gotest.tools/v3/assert"
)

// TestOverlayLayers is the documentation's example: nixpkgs' xfstests, the
// library's bump, and a local checkout, each building on the one before.
func TestOverlayLayers(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `let
		inputs.xfstests-src = "a checkout";
		base = packages "x86_64-linux";
		bumped = base.extend nixos-flake.overlays.default;
		own = bumped.extend (final: prev: {
			xfstests = prev.xfstests.overrideAttrs { src = inputs.xfstests-src; };
		});
		of = pkgs: {
			inherit (pkgs.xfstests) version patchPhase;
			src = pkgs.xfstests.src.hash or pkgs.xfstests.src;
			native = map (p: p.pname or p) pkgs.xfstests.nativeBuildInputs;
			inputs = map (p: p.pname or p) pkgs.xfstests.buildInputs;
		};
	in map of [ base bumped own ]`)
	assert.DeepEqual(t, got, decode(t, `[
		{"version": "2023.05.14", "src": "nixpkgs", "patchPhase": "nixpkgs", "native": ["autoconf"], "inputs": ["acl"]},
		{"version": "2026.03.20", "src": "sha256-f82TsOEikGo9uQyM0hQmgy6A6R/2U4Ot/eINq34kohM=", "patchPhase": "nixpkgs",
			"native": ["autoconf", "pkg-config"], "inputs": ["acl", "gdbm", "liburing"]},
		{"version": "2026.03.20", "src": "a checkout", "patchPhase": "nixpkgs",
			"native": ["autoconf", "pkg-config"], "inputs": ["acl", "gdbm", "liburing"]}
	]`))
}

// TestDocumentedOverrides: every row of the documentation's table replaces the
// source and keeps the rest.
func TestDocumentedOverrides(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `let
		inputs = lib.genAttrs [ "kernel-src" "damo-src" "fio-src" "kmod-src" "nfstest-src" "pynfs-src" "xfstests-src" "xnvme-src" ] (name: name);
		pkgs = ((packages "x86_64-linux").extend nixos-flake.overlays.default).extend (final: prev: {
			cpupower = prev.cpupower.overrideAttrs { src = inputs.kernel-src; };
			damo = prev.damo.overrideAttrs { src = inputs.damo-src; };
			fio = prev.fio.overrideAttrs { src = inputs.fio-src; patches = []; };
			kmod = prev.kmod.overrideAttrs { src = inputs.kmod-src; };
			nfstest = prev.nfstest.overrideAttrs { src = inputs.nfstest-src; };
			pynfs = prev.pynfs.overrideAttrs { src = inputs.pynfs-src; };
			xfstests = prev.xfstests.overrideAttrs { src = inputs.xfstests-src; };
			xnvme = prev.xnvme.overrideAttrs { src = inputs.xnvme-src; };
		});
	in lib.mapAttrs (_: p: [ p.src p.version (p.patches or [ ]) ])
		(pick [ "cpupower" "damo" "fio" "kmod" "nfstest" "pynfs" "xfstests" "xnvme" ] pkgs)`)
	assert.DeepEqual(t, got, decode(t, `{
		"cpupower": ["kernel-src", "7.0", []],
		"damo": ["damo-src", "3.2.0", []],
		"fio": ["fio-src", "3.42", []],
		"kmod": ["kmod-src", "34", []],
		"nfstest": ["nfstest-src", "3.2", []],
		"pynfs": ["pynfs-src", "unstable-2025-03-05", []],
		"xfstests": ["xfstests-src", "2026.03.20", []],
		"xnvme": ["xnvme-src", "0.7.5", []]
	}`))
}

func TestFioOverlay(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `let
		pkgs = (packages "x86_64-linux").extend nixos-flake.overlays.fio;
		has = text: lib.hasInfix text pkgs.fio.postInstall;
	in {
		inputs = map (p: p.pname or p) pkgs.fio.buildInputs;
		kept = lib.hasPrefix "wrap\n" pkgs.fio.postInstall;
		installs = map has [ "t/io_uring" "t/nvmept*.py" "t/fiotest*.py" "examples/*.fio" ];
		others = pkgs ? damo;
	}`)
	assert.DeepEqual(t, got, decode(t, `{"inputs": ["libaio", "liburing"], "kept": true, "installs": [true, true, true, true], "others": false}`))
}

// TestPackages: each recipe evaluates with what nixpkgs gives it, at the pinned
// version and hash.
func TestPackages(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `lib.mapAttrs (_: p: [ p.version (p.src.hash or null) (p.src.tag or p.src.rev or p.src.url or null) ])
		(removeAttrs nixos-flake.packages.x86_64-linux [ "fio" "vmprov" ])`)
	assert.DeepEqual(t, got, decode(t, `{
		"cpupower": ["7.0", null, null],
		"damo": ["3.2.0", "sha256-DflgnU7/tepLwnDOOVahqsPXMSu0GJ/OWYnVd5qSCQA=", "v3.2.0"],
		"libbpf-tools": ["0.36.1", "sha256-yfIyV+NKaSYMNjqFpxPwCgetPacC8OrBBGxRG3P2z0o=", "v0.36.1"],
		"nfstest": ["3.2", "sha256-TUxcWttygx9Xhyde8jxUFP9cV84SDK+xzVPeB2ZXRcE=", "http://linux-nfs.org/~mora/nfstest/releases/NFStest-3.2.tar.gz"],
		"pynfs": ["unstable-2025-03-05", "sha256-grigxIDAQG4hnwA/YmsHNP3aKX61uw76I/ClgT0+u8Q=", "d3a1610815117cb6bdf6567e575baedb0d88095e"],
		"xfstests": ["2026.03.20", "sha256-f82TsOEikGo9uQyM0hQmgy6A6R/2U4Ot/eINq34kohM=", "https://git.kernel.org/pub/scm/fs/xfs/xfstests-dev.git/snapshot/xfstests-dev-v2026.03.20.tar.gz"],
		"xnvme": ["0.7.5", "sha256-2VGjEV9oaVb1xrg5s5D/tQu0Q/dxH+NfV6B/TQZnJ38=", "https://github.com/xnvme/xnvme/releases/download/v0.7.5/xnvme-0.7.5.tar.gz"]
	}`))
}

// TestRecipesAreWhole forces all that a recipe says, so that a name that is not
// in nixpkgs fails wherever it stands.
func TestRecipesAreWhole(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `let
		whole = system: lib.mapAttrsToList (_: p: builtins.deepSeq
			(lib.mapAttrs (_: v: if lib.isFunction v then null else v) (removeAttrs p [ "finalPackage" "meta" "src" "passthru" ])) p.pname)
			nixos-flake.packages.${system};
	in map (system: lib.elem "xnvme" (whole system)) [ "x86_64-linux" "aarch64-linux" ]`)
	assert.DeepEqual(t, got, decode(t, `[true, true]`))
}

func TestImageOfAConfiguration(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `(nixos-flake.lib.vmprovImage (nixpkgs.lib.nixosSystem {
		system = "x86_64-linux";
		modules = [ backends.libvirt ];
	})).name`)
	assert.Equal(t, got, "nixos-image-stand-in")

	_, err := evaluateIn(t, library(t), `(nixos-flake.lib.vmprovImage (nixpkgs.lib.nixosSystem {
		system = "x86_64-linux";
		modules = [ backends.imageless ];
	})).name`)
	assert.ErrorContains(t, err, "this configuration has no disk image; import nixosModules.backends.libvirt")
}

func TestBuildKernelShell(t *testing.T) {
	nixpkgsLib(t)
	got := evaluate(t, `let
		shell = nixos-flake.devShells.aarch64-linux.build-kernel;
		all = namesOf (shell.nativeBuildInputs ++ shell.buildInputs);
	in lib.subtractLists all [ "gcc" "gnumake" "flex" "bison" "bc" "elfutils" "openssl" "ncurses" "pahole" "kmod" ]`)
	assert.DeepEqual(t, got, decode(t, `[]`))
}
