# A system closure of each backend, of a controller, and of each test suite on
# the imageless backend, which has no kernel to build.
{
  lib,
  self,
  system,
}:
let
  inherit (self.nixosModules) backends profiles testSuites;

  toplevel =
    modules:
    (lib.nixosSystem {
      modules = modules ++ [
        {
          nixpkgs.hostPlatform = system;
          nixpkgs.overlays = [ self.overlays.default ];
        }
      ];
    }).config.system.build.toplevel;

  suites = lib.mapAttrs (
    _: suite:
    toplevel [
      backends.imageless
      suite
    ]
  ) testSuites;
in
suites
// {
  imageless = toplevel [
    backends.imageless
    profiles.devel
    self.nixosModules.user
  ];
  libvirt = toplevel [
    backends.libvirt
    profiles.devel
    self.nixosModules.user
  ];
  controller = toplevel [
    backends.libvirt
    profiles.controller
    self.nixosModules.user
    { nixos-flake.controller.enable = true; }
  ];
}
