# Directories of the host over virtiofs, keyed by mount point. Only the mounts:
# variables, overlays and directories stay with whoever uses a share.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nixos-flake.shares;

  share.options = {
    tag = mkOption {
      type = types.nonEmptyStr;
      example = "xdg";
      description = "Tag that the host announces the share by.";
    };
    options = mkOption {
      type = types.listOf types.nonEmptyStr;
      default = [ ];
      example = [ "ro" ];
      description = "Mount options.";
    };
  };
in
{
  options.nixos-flake.shares = mkOption {
    type = types.attrsOf (types.submodule share);
    default = { };
    example = {
      "/etc/xdg-host".tag = "xdg";
    };
    description = "Virtiofs shares of the host, by mount point.";
  };

  config = {
    assertions = lib.mapAttrsToList (mountPoint: _: {
      assertion = lib.hasPrefix "/" mountPoint;
      message = "nixos-flake.shares.\"${mountPoint}\": a mount point is an absolute path.";
    }) cfg;

    fileSystems = lib.mapAttrs (_: share: {
      device = share.tag;
      fsType = "virtiofs";
      # An empty list is an error there, and virtiofs has no fsck.
      options = lib.mkIf (share.options != [ ]) share.options;
      noCheck = true;
    }) cfg;
  };
}
