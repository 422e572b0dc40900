# A system on a disk image of its own, booted by libvirt.
{ lib, ... }:
{
  imports = [
    ../../guest.nix
    ./boot.nix
    ./image.nix
    ./user.nix
  ];

  # As large as the disk, from the first boot on.
  boot.growPartition = true;
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
    autoResize = true;
  };

  # Scripted networking, for whatever card there is.
  networking = {
    useNetworkd = lib.mkDefault false;
    useDHCP = lib.mkDefault true;
  };

  services.openssh = {
    enable = true;
    settings = {
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
      PermitRootLogin = "prohibit-password";
    };
  };

  nix = {
    settings.experimental-features = [
      "nix-command"
      "flakes"
    ];
    gc = {
      automatic = lib.mkDefault true;
      dates = lib.mkDefault "weekly";
      options = lib.mkDefault "--delete-older-than 7d";
    };
  };

  documentation.nixos.enable = lib.mkDefault false;

  system.stateVersion = lib.mkDefault "26.05";
}
