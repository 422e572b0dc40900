{
  description = "A NixOS system on a qcow2 image";

  inputs = {
    # The library: an absolute path (path: knows no ~), or a URL.
    nixos-flake.url = "path:/path/to/nixos-flake";
    # The library's own nixpkgs, and not a second copy.
    nixpkgs.follows = "nixos-flake/nixpkgs";

    # Sources of packages to build from a checkout. Each goes with its overlay
    # below.
    #fio-src = {
    #  url = "path:/home/user/src/fio";
    #  flake = false;
    #};
    #kmod-src = {
    #  url = "path:/home/user/src/kmod";
    #  flake = false;
    #};
    #damo-src = {
    #  url = "path:/home/user/src/damo";
    #  flake = false;
    #};
    # For cpupower: the kernel tree.
    #kernel-src = {
    #  url = "path:/home/user/src/linux";
    #  flake = false;
    #};
    #nfstest-src = {
    #  url = "path:/home/user/src/nfstest";
    #  flake = false;
    #};
    #pynfs-src = {
    #  url = "path:/home/user/src/pynfs";
    #  flake = false;
    #};
    #xfstests-src = {
    #  url = "path:/home/user/src/xfstests-dev";
    #  flake = false;
    #};
    #xnvme-src = {
    #  url = "path:/home/user/src/xnvme";
    #  flake = false;
    #};

    # User configuration in Nix.
    #home-manager = {
    #  url = "github:nix-community/home-manager";
    #  inputs.nixpkgs.follows = "nixos-flake/nixpkgs";
    #};
  };

  outputs =
    {
      self,
      nixpkgs,
      nixos-flake,
      ...
    }@inputs:
    {
      nixosConfigurations.vm = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [
          nixos-flake.nixosModules.backends.libvirt
          nixos-flake.nixosModules.profiles.devel
          # An unprivileged account with sudo.
          #nixos-flake.nixosModules.user
          #{ nixos-flake.user.name = "kdev"; }
          # Shares and disks declared here instead of by the host.
          #nixos-flake.nixosModules.mounts.shares
          #nixos-flake.nixosModules.mounts.storage
          #{
          #  nixos-flake.storage."/mnt/nvme0" = {
          #    device = "/dev/nvme0n1";
          #    fsType = "xfs";
          #    mkfsArgs = [
          #      "-b"
          #      "size=16k"
          #      "-s"
          #      "size=16k"
          #    ];
          #  };
          #}
          (
            { lib, pkgs, ... }:
            {
              nixpkgs.overlays = [
                nixos-flake.overlays.default
                # Packages from a checkout. `patches = [ ]` drops what the source
                # has already.
                #(final: prev: {
                #  fio = prev.fio.overrideAttrs {
                #    src = inputs.fio-src;
                #    patches = [ ];
                #  };
                #})
                #(final: prev: { kmod = prev.kmod.overrideAttrs { src = inputs.kmod-src; }; })
                #(final: prev: { damo = prev.damo.overrideAttrs { src = inputs.damo-src; }; })
                #(final: prev: { cpupower = prev.cpupower.overrideAttrs { src = inputs.kernel-src; }; })
                #(final: prev: { nfstest = prev.nfstest.overrideAttrs { src = inputs.nfstest-src; }; })
                #(final: prev: { pynfs = prev.pynfs.overrideAttrs { src = inputs.pynfs-src; }; })
                #(final: prev: { xfstests = prev.xfstests.overrideAttrs { src = inputs.xfstests-src; }; })
                #(final: prev: { xnvme = prev.xnvme.overrideAttrs { src = inputs.xnvme-src; }; })
              ];

              environment.systemPackages = with pkgs; [
                gdb
              ];

              # Configuration of the host's tools, from a share with tag xdg;
              # it needs mounts.shares above.
              #nixos-flake.shares."/etc/xdg-host".tag = "xdg";
              #environment.variables.XDG_CONFIG_HOME = "/etc/xdg-host";
              #environment.variables.XDG_CONFIG_DIRS = lib.mkForce "/etc/xdg-host:/etc/xdg";
            }
          )
          # Configuration by home-manager; it needs the input above.
          #inputs.home-manager.nixosModules.home-manager
          #{
          #  home-manager.users.root = {
          #    programs.git = {
          #      enable = true;
          #      userName = "Your Name";
          #      userEmail = "your.email@example.org";
          #    };
          #    home.stateVersion = "26.05";
          #  };
          #}
        ];
      };

      # The image, for vmprov: `images: {devel: {flake: .}}`.
      packages.x86_64-linux.image = nixos-flake.lib.vmprovImage self.nixosConfigurations.vm;
    };
}
