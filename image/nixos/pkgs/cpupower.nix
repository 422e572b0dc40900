# cpupower of the newest kernel, under a name of its own. It takes the patches
# of its kernel, which touch nothing of it and do not apply to another tree.
{ linuxPackages_latest }:
linuxPackages_latest.cpupower.overrideAttrs { patches = [ ]; }
