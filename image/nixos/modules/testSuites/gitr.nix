# gitr: git's own regression tests, run on the file system under test, which is
# often NFS. Git is built in the guest from its own tree.
{ lib, pkgs, ... }:
let
  libraries = with pkgs; [
    curl
    expat
    pcre2
  ];
in
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages =
    map lib.getDev libraries
    ++ map lib.getLib libraries
    ++ (with pkgs; [
      autoconf
      gettext
      git
      nfs-utils
      perl
      time
      unzip
      zip
    ]);

  boot.supportedFilesystems.nfs = true;
}
