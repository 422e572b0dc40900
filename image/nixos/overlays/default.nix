# One overlay a package, and `default` with all of them and the packages that
# nixpkgs lacks. The arguments of an overlay are called final and prev: `nix
# flake check` insists.
let
  fio = import ./fio.nix;
  xfstests = import ./xfstests.nix;
in
{
  inherit fio xfstests;

  default = final: prev: fio final prev // xfstests final prev // import ../pkgs final;
}
