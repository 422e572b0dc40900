# pynfs: the suite, and a server on this machine for it to test.
{ lib, pkgs, ... }:
let
  export = "/srv/nfs";
in
{
  imports = [ ../overlay.nix ];

  environment.systemPackages = with pkgs; [
    nfs-utils
    pynfs
  ];

  services.nfs.server = {
    enable = true;
    # insecure: the suite calls from high ports. no_root_squash: it makes files
    # of other owners and devices.
    exports = lib.mkDefault ''
      ${export} *(rw,fsid=0,insecure,no_root_squash,no_subtree_check)
    '';
  };

  systemd.tmpfiles.settings.nixos-flake-pynfs.${export}.d = {
    mode = "0777";
    user = "root";
    group = "root";
  };
}
