# A stand-in for nixosSystem: nixpkgs' own evalModules over stand-ins for the
# NixOS options that the library uses. Without nixpkgs' lib there are only the
# derivations that a flake's outputs name.
{ lib, packages }:
{
  modules,
  system ? null,
  specialArgs ? { },
}:
let
  derivations = import ./derivations.nix;

  evaluated = lib.evalModules {
    specialArgs = {
      modulesPath = toString ./lib;
      utils = import ./utils.nix lib;
    }
    // specialArgs;
    modules = [
      ./options.nix
      ./system.nix
      (
        { config, ... }:
        {
          _module.args.pkgs = lib.foldl (pkgs: pkgs.extend) (packages config.nixpkgs.hostPlatform) (
            config.nixpkgs.overlays
          );
        }
      )
    ]
    ++ lib.optional (system != null) { nixpkgs.hostPlatform = system; }
    ++ modules;
  };

  listed = {
    config.system.build = {
      toplevel = derivations.toplevel "x86_64-linux";
      image = derivations.image "x86_64-linux";
    };
  };
in
if lib ? evalModules then evaluated else listed
