# A compiler, and a kernel's build dependencies where they are found outside of
# a nix shell: an imageless guest has no nix to make one.
{ pkgs, ... }:
{
  inherit (import ../../lib/kernel-build.nix pkgs) environment;
}
