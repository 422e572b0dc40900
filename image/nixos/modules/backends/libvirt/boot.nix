# How the disk boots: by BIOS from /dev/vda, or by UEFI where there is no BIOS.
{ lib, pkgs, ... }:
let
  isEfi = !pkgs.stdenv.hostPlatform.isx86;
  serial = if isEfi then "ttyAMA0" else "ttyS0";
in
{
  boot = {
    loader = {
      timeout = lib.mkDefault 1;
      grub = {
        enable = true;
        device = if isEfi then "nodev" else "/dev/vda";
        efiSupport = isEfi;
        efiInstallAsRemovable = isEfi;
        extraConfig = lib.mkIf (!isEfi) ''
          serial --unit=0 --speed=115200
          terminal_input --append serial
          terminal_output --append serial
        '';
      };
    };

    # The last console is the one that services and the shell use.
    kernelParams = [
      "console=tty0"
      "console=${serial},115200"
    ];

    # What QEMU offers, and virtiofs, which no NixOS module adds.
    initrd.availableKernelModules = [
      "nvme"
      "virtio_blk"
      "virtio_net"
      "virtio_pci"
      "virtio_scsi"
      "virtiofs"
    ];
  };

  fileSystems = lib.mkIf isEfi {
    "/boot" = {
      device = "/dev/disk/by-label/ESP";
      fsType = "vfat";
    };
  };
}
