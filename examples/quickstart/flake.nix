# SPDX-License-Identifier: Apache-2.0
#
# The quickstart guest. It is NOT NixOS: it is this machine's own kernel
# package, busybox and dropbear on a small ext4 root, put together by nix so
# that the demo and the end-to-end tests have a real image that builds in a
# second and without a network. Real guests are NixOS, see ../devel.
#
# There are no inputs: nixpkgs is not needed, and nix as old as 2.8 will do.
# The builder calls the host's tools, so the build needs `--option sandbox
# false`, and what nix cannot see (a newer kernel package) makes no new image
# by itself. Editing ./version does.
{
  description = "vmprov quickstart guest: the host's kernel and busybox, not NixOS";

  outputs =
    { self }:
    let
      system = "x86_64-linux";
      # Each input is a store path of its own: a file that the guest writes to
      # ./share, or an edited vmprov.yaml, does not make a new image.
      part =
        name: path:
        builtins.path {
          name = "vmprov-quickstart-${name}";
          inherit path;
        };
      make = kind: name: derivation {
        inherit name system kind;
        builder = "/bin/bash";
        args = [ (part "build.sh" ./build.sh) ];
        guest = part "guest" ./guest;
        version = part "version" ./version;
        PATH = "/usr/bin:/bin:/usr/sbin:/sbin";
      };
    in
    {
      packages.${system} = rec {
        image = make "image" "vmprov-quickstart";
        default = image;
      };
      # The same guest without an image, where a NixOS flake has its toplevel.
      nixosConfigurations.vm.config.system.build.toplevel = make "closure" "vmprov-quickstart-closure";
    };
}
