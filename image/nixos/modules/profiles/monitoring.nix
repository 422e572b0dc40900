# Tools that watch and profile a running system.
{ pkgs, ... }:
{
  environment.systemPackages = with pkgs; [
    cpupower
    damo
    htop
    iotop
    numactl
    pagemon
    perf
    powertop
    sysstat
  ];
}
