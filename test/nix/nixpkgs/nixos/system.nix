# What NixOS makes of those options, where the library has to mind it.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  derivations = import ./derivations.nix;
  inherit (config.boot) initrd kernel;

  isInInitrd = fs: fs.neededForBoot || lib.elem fs.mountPoint utils.pathsNeededForBoot;

  # The initrd asks the kernel's configuration whether it has modules.
  hasModules =
    let
      kernelConfig = config.system.build.kernel.config;
    in
    kernelConfig.isSet "MODULES" -> kernelConfig.isYes "MODULES";

  # Everything that is set, as a system's closure needs it.
  whole = builtins.toJSON (
    removeAttrs config [
      "_module"
      "assertions"
      "nixpkgs"
      "system"
    ]
    // {
      services = removeAttrs config.services (lib.optional (!config.services.mysql.enable) "mysql");
    }
  );

  failed = map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
in
{
  options.boot.initrd.summary = lib.mkOption { type = lib.types.raw; };

  config = {
    assertions = [
      {
        assertion = config.fileSystems ? "/";
        message = "The ‘fileSystems’ option does not specify your root file system.";
      }
      {
        assertion = config.boot.loader.grub.enable -> config.boot.loader.grub.device != "";
        message = "You must set the option ‘boot.loader.grub.devices’.";
      }
    ];

    boot.supportedFilesystems = lib.mapAttrsToList (_: fs: fs.fsType) config.fileSystems;
    system.fsPackages =
      let
        of = {
          btrfs = pkgs.btrfs-progs;
          ext4 = pkgs.e2fsprogs;
          f2fs = pkgs.f2fs-tools;
          nfs = pkgs.nfs-utils;
          vfat = pkgs.dosfstools;
          xfs = pkgs.xfsprogs;
        };
      in
      lib.attrValues (lib.filterAttrs (type: _: lib.elem type config.boot.supportedFilesystems) of);

    boot.initrd.availableKernelModules = lib.optional initrd.includeDefaultModules "ahci";
    boot.initrd.kernelModules = lib.optional initrd.includeDefaultModules "dm_mod";
    boot.initrd.summary = {
      mounts = lib.attrNames (lib.filterAttrs (_: isInInitrd) config.fileSystems);
      modules = lib.optionals (initrd.systemd.enable && hasModules) (
        initrd.availableKernelModules ++ initrd.kernelModules
      );
    };

    system.build = {
      toplevel =
        if failed != [ ] then
          throw "Failed assertions:\n${lib.concatMapStringsSep "\n" (message: "- ${message}") failed}"
        else
          builtins.seq whole (derivations.toplevel config.nixpkgs.hostPlatform);
      kernel = lib.mkIf kernel.enable {
        config = {
          isSet = _: true;
          isYes = _: true;
        };
      };
    };

    users.users.root = { };
    virtualisation.libvirtd.qemu.package = lib.mkOptionDefault pkgs.qemu;
  };
}
