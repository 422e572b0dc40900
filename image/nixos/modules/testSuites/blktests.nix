# blktests: what its tests call. The suite is built in the guest from its own
# tree, which changes with the kernel's.
{ pkgs, ... }:
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages = with pkgs; [
    bc
    blktrace
    btrfs-progs
    cryptsetup
    e2fsprogs
    f2fs-tools
    fio
    iproute2
    kmod
    liburing
    lvm2
    mdadm
    multipath-tools
    nbd
    nvme-cli
    psmisc
    sg3_utils
    xfsprogs
  ];
}
