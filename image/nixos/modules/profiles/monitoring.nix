# Tools that watch and profile a running system.
{ pkgs, ... }:
{
  imports = [ ../overlay.nix ];

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
