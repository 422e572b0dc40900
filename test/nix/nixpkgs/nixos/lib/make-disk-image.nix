# Stand-in with the arguments of nixos/lib/make-disk-image.nix.
{
  pkgs,
  lib,
  config,
  diskSize ? "auto",
  additionalSpace ? "512M",
  bootSize ? "256M",
  contents ? [ ],
  partitionTableType ? "legacy",
  installBootLoader ? true,
  touchEFIVars ? false,
  fsType ? "ext4",
  label ? "nixos",
  configFile ? null,
  postVM ? "",
  memSize ? 1024,
  onlyNixStore ? false,
  name ? "nixos-disk-image",
  format ? "raw",
  baseName ? "nixos",
  copyChannel ? true,
  additionalPaths ? [ ],
}:
assert lib.elem partitionTableType [
  "legacy"
  "efi"
];
(import ../derivations.nix).image pkgs.stdenv.hostPlatform.system
// {
  arguments = {
    inherit
      copyChannel
      diskSize
      format
      fsType
      label
      partitionTableType
      ;
  };
  # Its boot loader and its root are the configuration's.
  installed = config.boot.loader.grub.device;
}
