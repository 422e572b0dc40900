# What a guest takes in from the host that boots it, for both backends. NixOS
# itself does the rest: its sshd module writes root's key from the credential
# ssh.authorized_keys.root, and systemd takes in mounts, units and files.
{
  config,
  lib,
  pkgs,
  ...
}:
{
  services.qemuGuest.enable = lib.mkDefault true;

  # Keys that the host adds later: it writes this file anew at each boot, and
  # the other one only where there is none.
  services.openssh.authorizedKeysFiles = [ "%h/.ssh/authorized_keys2" ];

  # Types that a host may ask to be made or mounted. Each brings its mkfs and
  # fsck; the kernel module is loaded when the mount needs it.
  boot.supportedFilesystems = lib.genAttrs [
    "btrfs"
    "ext4"
    "f2fs"
    "vfat"
    "xfs"
  ] (_: lib.mkDefault true);

  # Empty: the host names the guest, by credential or by DHCP. A name set here
  # would win over both.
  networking.hostName = lib.mkDefault "";

  systemd.services.vmprov-hostname = lib.mkIf (config.networking.hostName == "") {
    description = "Take the host name that the host hands over";
    wantedBy = [ "sysinit.target" ];
    before = [
      "network-pre.target"
      "sysinit.target"
    ];
    unitConfig = {
      DefaultDependencies = false;
      ConditionCredential = "system.hostname";
    };
    serviceConfig = {
      Type = "oneshot";
      ImportCredential = "system.hostname";
      ExecStart = "${pkgs.coreutils}/bin/cp %d/system.hostname /proc/sys/kernel/hostname";
    };
  };

  # The host may know the server's key before the first contact: it hands the
  # private part over, and NixOS makes only keys that are not there. On a root
  # in memory it is the only way to the same key at each boot.
  systemd.services.vmprov-ssh-host-key = lib.mkIf config.services.openssh.enable {
    description = "Take the ssh host key that the host hands over";
    wantedBy = [ "multi-user.target" ];
    before = [
      "sshd-keygen.service"
      "sshd.service"
      "sshd.socket"
    ];
    unitConfig.ConditionCredential = "ssh.host_key.ed25519";
    serviceConfig = {
      Type = "oneshot";
      ImportCredential = "ssh.host_key.ed25519";
      ExecStart = "${pkgs.coreutils}/bin/install -D -m 0600 %d/ssh.host_key.ed25519 /etc/ssh/ssh_host_ed25519_key";
    };
  };
}
