# MMTests: what its benchmarks build with and its reports call. It runs from its
# own tree.
{ pkgs, ... }:
{
  imports = [
    ../overlay.nix
    ../profiles/build-tools.nix
  ];

  environment.systemPackages = with pkgs; [
    autoconf
    automake
    cpupower
    expect
    fio
    gnuplot
    hwloc
    iproute2
    libtool
    numactl
    perf
    perl
    psmisc
    sysstat
    time
    trace-cmd
    wget
  ];
}
