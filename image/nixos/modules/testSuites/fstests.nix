# fstests (xfstests): the suite, what its tests call, the accounts and the
# mount points that they expect.
{ lib, pkgs, ... }:
let
  # By the README of the suite. The last begins with digits on purpose.
  accounts = [
    "fsgqa"
    "fsgqa2"
    "123456-fsgqa"
  ];
in
{
  imports = [ ../overlay.nix ];

  environment.systemPackages = with pkgs; [
    acl
    attr
    bc
    btrfs-progs
    dbench
    e2fsprogs
    f2fs-tools
    fio
    fsverity-utils
    gawk
    keyutils
    libcap
    linuxquota
    lvm2
    nfs-utils
    parted
    perl
    psmisc
    python3
    sqlite
    xfsdump
    xfsprogs
    xfstests
  ];

  users.users = lib.genAttrs accounts (name: {
    isNormalUser = true;
    group = name;
  });
  users.groups = lib.genAttrs accounts (_: { });

  systemd.tmpfiles.settings.nixos-flake-fstests =
    lib.genAttrs
      [
        "/mnt/scratch"
        "/mnt/test"
      ]
      (_: {
        d = {
          mode = "0755";
          user = "root";
          group = "root";
        };
      });
}
