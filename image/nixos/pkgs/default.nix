# Packages that nixpkgs lacks. Each takes what it needs by name, so that an
# overlay of one's own reaches them all.
pkgs:
{
  cpupower = pkgs.callPackage ./cpupower.nix { };
  damo = pkgs.callPackage ./damo.nix { };
  libbpf-tools = pkgs.callPackage ./libbpf-tools.nix { };
  nfstest = pkgs.callPackage ./nfstest.nix { };
  pynfs = pkgs.callPackage ./pynfs.nix { };
  xnvme = pkgs.callPackage ./xnvme.nix { };
}
// import ./vmprov.nix pkgs
