# The kernel's selftests (tools/testing/selftests): what they build with and
# what they call. They are built in the guest or come with the kernel's tree.
{ lib, pkgs, ... }:
let
  libraries = with pkgs; [
    fuse3
    keyutils
    libcap
    libcap_ng
    libmnl
    liburing
    numactl
    popt
  ];
in
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages =
    map lib.getDev libraries
    ++ map lib.getLib libraries
    ++ (with pkgs; [
      bpftools
      conntrack-tools
      ethtool
      iperf3
      iproute2
      iputils
      jq
      keyutils
      libcap
      llvmPackages.clang
      llvmPackages.llvm
      nftables
      numactl
      psmisc
      socat
      tcpdump
    ]);
}
