# A module of the guest. The mount itself comes from vmprov.yaml; where to look
# for configuration is a choice of the system's.
{ lib, ... }:
{
  environment.variables = {
    XDG_CONFIG_HOME = "/etc/xdg-host";
    # NixOS sets this one too.
    XDG_CONFIG_DIRS = lib.mkForce "/etc/xdg-host:/etc/xdg";
  };
}
