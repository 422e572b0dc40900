# A stand-in for nixpkgs, to evaluate the flake library where nixpkgs cannot be
# had: real module evaluation when nixpkgs' lib lies beside this file as lib/,
# and the structure of the outputs alone without it.
{
  outputs =
    { self }:
    let
      lib = if builtins.pathExists ./lib then import ./lib else import ./small-lib.nix;
      packages = import ./packages.nix lib;
    in
    {
      lib = lib // {
        nixosSystem = import ./nixos/eval.nix { inherit lib packages; };
      };
      legacyPackages = lib.genAttrs [
        "aarch64-linux"
        "x86_64-linux"
      ] packages;
    };
}
