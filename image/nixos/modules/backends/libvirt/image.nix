# system.build.image: the qcow2 that vmprov boots, nixos.qcow2 in its output. It
# holds what the system needs and little more; the root grows when it boots.
{
  config,
  lib,
  modulesPath,
  pkgs,
  ...
}:
{
  # A default: NixOS's own image modules, such as system.build.images.qemu, set
  # this too.
  system.build.image = lib.mkDefault (
    import "${modulesPath}/../lib/make-disk-image.nix" {
      inherit config lib pkgs;
      format = "qcow2";
      partitionTableType = if pkgs.stdenv.hostPlatform.isx86 then "legacy" else "efi";
      label = "nixos";
      diskSize = "auto";
      copyChannel = false;
    }
  );
}
