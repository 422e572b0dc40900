# Groups of the account that nixosModules.user adds. Without that module its
# options do not exist, and setting them would be an error.
{ lib, options, ... }:
{
  config = lib.optionalAttrs (options ? nixos-flake.user) {
    nixos-flake.user.extraGroups = lib.mkDefault [
      "wheel"
      "kvm"
    ];
  };
}
