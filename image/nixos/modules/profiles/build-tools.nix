# A compiler, and a kernel's build dependencies where they are found outside of
# a nix shell: an imageless guest has no nix to make one.
{ lib, pkgs, ... }:
let
  inherit (import ../../lib/kernel-build.nix pkgs) libraries tools;
  system = "/run/current-system/sw";
in
{
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
