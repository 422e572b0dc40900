# What the tests' expressions see: the library's flake, evaluated without nix's
# flakes, and the stand-in for nixpkgs.
{ libFolder, libraryFolder }:
rec {
  lib = import libFolder;
  packages = import ./nixpkgs/packages.nix lib;

  nixpkgs = {
    lib = lib // {
      nixosSystem = import ./nixpkgs/nixos/eval.nix { inherit lib packages; };
    };
    legacyPackages = lib.genAttrs [
      "aarch64-linux"
      "x86_64-linux"
    ] packages;
  };

  nixos-flake = (import (libraryFolder + "/flake.nix")).outputs {
    self = nixos-flake;
    inherit nixpkgs;
  };
  inherit (nixos-flake.nixosModules)
    backends
    mounts
    profiles
    testSuites
    user
    ;

  # The configuration that modules make, on x86_64-linux.
  configOf =
    modules:
    (nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ { nixpkgs.overlays = [ nixos-flake.overlays.default ]; } ] ++ modules;
    }).config;

  # Names of packages, sorted, each once.
  namesOf = list: lib.sort lib.lessThan (lib.unique (map (p: p.pname) list));

  # Some attributes of a set, as far as it has them.
  pick = names: set: builtins.intersectAttrs (lib.genAttrs names (_: null)) set;
}
