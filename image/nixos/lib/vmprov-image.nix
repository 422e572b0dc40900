# The qcow2 image of a NixOS configuration, for vmprov to boot:
#   packages.x86_64-linux.image = nixos-flake.lib.vmprovImage self.nixosConfigurations.vm;
configuration:
configuration.config.system.build.image
  or (throw "vmprovImage: this configuration has no disk image; import nixosModules.backends.libvirt, or boot it imageless")
