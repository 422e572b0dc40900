# A host that provisions and drives guests.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.nixos-flake.controller;
  kernelBuild = import ../../lib/kernel-build.nix pkgs;
in
{
  options.nixos-flake.controller = {
    enable = lib.mkEnableOption "what a host needs to build kernels and to provision guests";
    package = mkOption {
      type = types.nullOr types.package;
      # overlays.default has it too, but nothing else here needs the overlay.
      default = pkgs.vmprov or ((import ../../pkgs/vmprov.nix pkgs).vmprov or null);
      defaultText = lib.literalMD "vmprov, where the library is part of vmprov's own tree";
      description = "The vmprov to install, or null for none.";
    };
  };

  config = lib.mkIf cfg.enable {
    warnings = lib.optional (cfg.package == null) ''
      nixos-flake.controller: vmprov is not installed. This copy of the library has no source to build it from; set nixos-flake.controller.package.
    '';

    environment = lib.mkMerge [
      kernelBuild.environment
      {
        systemPackages = [
          pkgs.ansible
          pkgs.openssh
          pkgs.qemu
          pkgs.virtiofsd
        ]
        ++ lib.optional (cfg.package != null) cfg.package;
      }
    ];

    virtualisation.libvirtd = {
      enable = true;
      qemu = {
        package = lib.mkDefault pkgs.qemu;
        swtpm.enable = lib.mkDefault true;
        # libvirt finds virtiofsd by the description that it brings.
        vhostUserPackages = [ pkgs.virtiofsd ];
      };
    };
  };
}
