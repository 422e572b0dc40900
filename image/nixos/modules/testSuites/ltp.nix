# The Linux Test Project: what its build and its tests call. It is built in the
# guest from its own tree.
{ lib, pkgs, ... }:
let
  libraries = with pkgs; [
    acl
    attr
    keyutils
    libaio
    libcap
    libtirpc
    numactl
  ];
in
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages =
    map lib.getDev libraries
    ++ map lib.getLib libraries
    ++ (with pkgs; [
      acl
      attr
      autoconf
      automake
      btrfs-progs
      dosfstools
      e2fsprogs
      ethtool
      exfatprogs
      iproute2
      keyutils
      libcap
      linuxquota
      m4
      nfs-utils
      numactl
      psmisc
      xfsprogs
    ]);

  services.rpcbind.enable = true;
}
