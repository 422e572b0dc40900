# SPDX-License-Identifier: Apache-2.0
#
# How the guest boots under vmprov, and its image.
{
  config,
  lib,
  modulesPath,
  pkgs,
  ...
}:
{
  imports = [ "${modulesPath}/profiles/qemu-guest.nix" ];

  # The root disk is always /dev/vda; vmprov may make it larger than the image.
  boot.loader.grub.devices = [ "/dev/vda" ];
  boot.growPartition = true;
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
    autoResize = true;
  };

  # The console that `vmprov console` and `vmprov logs` show.
  boot.kernelParams = [ "console=ttyS0,115200" ];

  # What vmprov.yaml may ask for: NVMe disks, shares, and file systems that are
  # made at the first mount (the credential fstab.extra).
  boot.kernelModules = [
    "nvme"
    "virtiofs"
  ];
  boot.supportedFilesystems = [
    "btrfs"
    "ext4"
    "xfs"
  ];

  # The name and the address are those of the network's reservation.
  networking.hostName = "";
  networking.useNetworkd = true;
  networking.firewall.enable = false;

  system.build.image = import "${modulesPath}/../lib/make-disk-image.nix" {
    inherit config lib pkgs;
    format = "qcow2";
    partitionTableType = "legacy";
    additionalSpace = "1G";
    # Without a channel in it the same configuration makes the same image.
    copyChannel = false;
  };
}
