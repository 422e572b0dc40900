# SPDX-License-Identifier: Apache-2.0
#
# What the guest is: edit this file.
{ pkgs, ... }:
{
  # Keys only. The module takes in the credential ssh.authorized_keys.root.
  services.openssh = {
    enable = true;
    settings = {
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
    };
  };

  # `ready: [agent]` waits for it, and the host may ask the guest for its state.
  services.qemuGuest.enable = true;

  environment.systemPackages = with pkgs; [
    fio
    nvme-cli
    xfsprogs
    trace-cmd
  ];

  system.stateVersion = "26.05";
}
