{
  description = "NixOS systems for kernel and storage developers: modules, overlays and templates";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;

      eachSystem = lib.genAttrs [
        "aarch64-linux"
        "x86_64-linux"
      ];
      pkgsOf = system: nixpkgs.legacyPackages.${system}.extend self.overlays.default;
    in
    {
      nixosModules = {
        default = ./modules;
        user = ./modules/user.nix;
        backends = {
          imageless = ./modules/backends/imageless;
          libvirt = ./modules/backends/libvirt;
        };
        mounts = {
          shares = ./modules/mounts/shares.nix;
          storage = ./modules/mounts/storage.nix;
        };
        profiles = {
          build-tools = ./modules/profiles/build-tools.nix;
          controller = ./modules/profiles/controller.nix;
          devel = ./modules/profiles/devel.nix;
          monitoring = ./modules/profiles/monitoring.nix;
        };
        testSuites = {
          blktests = ./modules/testSuites/blktests.nix;
          fstests = ./modules/testSuites/fstests.nix;
          gitr = ./modules/testSuites/gitr.nix;
          ltp = ./modules/testSuites/ltp.nix;
          mmtests = ./modules/testSuites/mmtests.nix;
          pynfs = ./modules/testSuites/pynfs.nix;
          selftests = ./modules/testSuites/selftests.nix;
          sysbench = ./modules/testSuites/sysbench.nix;
        };
      };

      overlays = import ./overlays;

      lib.vmprovImage = import ./lib/vmprov-image.nix;

      packages = eachSystem (
        system:
        let
          pkgs = pkgsOf system;
        in
        {
          inherit (pkgs) fio xfstests;
        }
        // builtins.intersectAttrs (import ./pkgs pkgs) pkgs
      );

      devShells = eachSystem (system: {
        build-kernel =
          let
            pkgs = pkgsOf system;
            inherit (import ./lib/kernel-build.nix pkgs) libraries tools;
          in
          pkgs.mkShell {
            nativeBuildInputs = tools;
            buildInputs = libraries;
          };
      });

      checks = eachSystem (system: import ./checks.nix { inherit lib self system; });

      templates = {
        default = self.templates.imageless;
        imageless = {
          path = ./templates/imageless;
          description = "A system that boots a kernel of your own from the host's store, without an image";
        };
        libvirt = {
          path = ./templates/libvirt;
          description = "A system on a qcow2 image, for libvirt";
        };
      };

      formatter = eachSystem (system: nixpkgs.legacyPackages.${system}.nixfmt-tree);
    };
}
