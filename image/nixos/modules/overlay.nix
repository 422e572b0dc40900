# For modules that use packages of the library's overlay: says what to do where
# it is missing, before nix stumbles over the first of them.
{ pkgs, ... }:
{
  assertions = [
    {
      # nixpkgs has none of that name.
      assertion = pkgs ? nfstest;
      message = "nixos-flake: profiles and test suites use packages of the library; set nixpkgs.overlays = [ nixos-flake.overlays.default ].";
    }
  ];
}
