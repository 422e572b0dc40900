# A system without a disk image: the host's QEMU boots its own kernel with this
# system's initrd, and the closure comes over virtiofs from the host's store.
#
# The host writes the whole kernel command line (a closure without a kernel has
# none of its own): root=fstab, or root=tmpfs rootflags=mode=0755, and
# init=CLOSURE/init. Its kernel has virtio_pci, virtiofs, fuse and tmpfs built
# in, because there is no module in the initrd.
{ config, lib, ... }:
{
  imports = [
    ../../guest.nix
    ./user.nix
  ];

  boot = {
    kernel.enable = lib.mkDefault false;
    loader.grub.enable = lib.mkDefault false;
    initrd = {
      systemd.enable = true;
      includeDefaultModules = lib.mkDefault config.boot.kernel.enable;
    };
  };

  # The initrd asks the kernel whether it can load modules. There is no kernel
  # to ask, so this answers for it: it is known, and it cannot.
  system.build = lib.mkIf (!config.boot.kernel.enable) {
    kernel.config = {
      isSet = option: option == "MODULES";
      isYes = _: false;
    };
  };

  # Plain enough to be overridden: `fileSystems."/" = lib.mkForce { ... }` and
  # `fileSystems."/nix/store".enable = false` are for a machine of its own.
  fileSystems = {
    "/" = lib.mkImageMediaOverride {
      fsType = "tmpfs";
      # tmpfs is 1777 otherwise, and sshd refuses keys below such a root.
      options = [ "mode=0755" ];
    };
    "/nix/store" = {
      device = "store";
      fsType = "virtiofs";
      options = [ "ro" ];
      noCheck = true;
    };
    # In the initrd already, so that udev finds the modules when it first looks
    # for drivers. nofail: a kernel with all built in comes without the share.
    "/lib/modules" = {
      device = "modules";
      fsType = "virtiofs";
      options = [
        "ro"
        "nofail"
        "x-systemd.before=initrd-fs.target"
      ];
      neededForBoot = true;
      noCheck = true;
    };
  };

  networking = {
    useNetworkd = true;
    useDHCP = false;
    firewall.enable = lib.mkDefault false;
  };

  systemd.network = {
    networks."10-en" = {
      matchConfig.Name = "en*";
      networkConfig.DHCP = "yes";
      # The machine id is new at every boot; the MAC address is not, and with it
      # a DHCP server gives the same address again.
      dhcpV4Config.ClientIdentifier = "mac";
    };
    wait-online.anyInterface = lib.mkDefault true;
  };

  services.openssh = {
    enable = true;
    settings = {
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
      PermitRootLogin = "prohibit-password";
    };
    # Made anew at every boot on a tmpfs root, and RSA takes long to make.
    hostKeys = lib.mkDefault [
      {
        type = "ed25519";
        path = "/etc/ssh/ssh_host_ed25519_key";
      }
    ];
  };

  # Break-glass for the serial console; sshd takes no password.
  users.users.root.initialPassword = lib.mkDefault "root";

  # The store belongs to the host, and so does its daemon.
  nix.enable = lib.mkDefault false;

  documentation.nixos.enable = lib.mkDefault false;
  fonts.fontconfig.enable = lib.mkDefault false;
  programs.command-not-found.enable = lib.mkDefault false;
  services.logrotate.enable = lib.mkDefault false;
  services.timesyncd.enable = lib.mkDefault false;
  # It would end a test that uses up memory on purpose.
  systemd.oomd.enable = lib.mkDefault false;

  system.stateVersion = lib.mkDefault "26.05";
}
