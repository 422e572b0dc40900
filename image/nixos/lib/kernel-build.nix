# What a kernel build and its menuconfig need, for the build-kernel shell, the
# build-tools profile and the controller: programs, and libraries with headers.
pkgs:
let
  inherit (pkgs) lib;
  system = "/run/current-system/sw";

  tools = with pkgs; [
    bc
    binutils
    bison
    ccache
    cpio
    diffutils
    findutils
    flex
    gawk
    gcc
    git
    gnumake
    gnupatch
    hostname
    kmod
    lz4
    pahole
    perl
    pkg-config
    python3
    rsync
    sparse
    xz
    zstd
  ];
  libraries = with pkgs; [
    elfutils
    ncurses
    openssl
    zlib
  ];
in
{
  inherit libraries tools;

  # `environment` of a system whose compiler finds the libraries outside of a
  # nix shell.
  environment = {
    systemPackages = tools ++ map lib.getDev libraries ++ map lib.getLib libraries;
    pathsToLink = [
      "/include"
      "/lib"
    ];
    variables = {
      C_INCLUDE_PATH = [ "${system}/include" ];
      LIBRARY_PATH = [ "${system}/lib" ];
      PKG_CONFIG_PATH = [ "${system}/lib/pkgconfig" ];
      # What is linked there names no path to its libraries.
      LD_LIBRARY_PATH = [ "${system}/lib" ];
    };
  };
}
