# A module of the guest: an overlay of the read-only home that vmprov.yaml
# mounts and of a folder of the guest's own.
{ pkgs, ... }:
{
  fileSystems."/root" = {
    device = "overlay";
    fsType = "overlay";
    options = [
      "lowerdir=/mnt/home"
      "upperdir=/.root-overlay/upper"
      "workdir=/.root-overlay/work"
      "x-systemd.requires-mounts-for=/mnt/home"
      "x-systemd.requires=root-overlay.service"
      "nofail"
    ];
  };

  # The folders above must be there before the mount.
  systemd.services.root-overlay = {
    description = "Folders of the overlay on /root";
    before = [ "root.mount" ];
    unitConfig.DefaultDependencies = false;
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStart = "${pkgs.coreutils}/bin/mkdir --parents /.root-overlay/upper /.root-overlay/work";
    };
  };
}
