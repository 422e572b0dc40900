# SPDX-License-Identifier: Apache-2.0
#
# A NixOS guest as vmprov boots it: a qcow2 with grub on /dev/vda. Host name,
# ssh keys and mounts are not in it; they come at each boot as systemd
# credentials, so one image serves any number of guests.
#
# nixpkgs needs nix 2.18 or later, and the image is put together in a virtual
# machine, which is slow without /dev/kvm.
{
  description = "NixOS guest for vmprov";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    {
      # vmprov takes nixosConfigurations.vm's system.build.image by itself.
      nixosConfigurations.vm = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [
          ./guest.nix
          ./image.nix
        ];
      };
    };
}
