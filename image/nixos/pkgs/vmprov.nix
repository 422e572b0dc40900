# vmprov, where this library lies in vmprov's own tree: in a clone, and in a
# flake input such as git+file:///home/user/src/vmprov?dir=image/nixos. A copy
# of the library alone has no source, and then there is no such package.
pkgs:
let
  tree = ../../..;
in
if builtins.pathExists (tree + "/go.mod") && builtins.pathExists (tree + "/internal/run") then
  {
    vmprov = pkgs.callPackage (
      {
        lib,
        buildGoModule,
        libvirt,
        pkg-config,
      }:
      buildGoModule {
        pname = "vmprov";
        version = "unstable";

        src = tree;
        # Of what `go mod vendor` makes; a test computes it anew.
        vendorHash = lib.fileContents ./vmprov-vendor-hash;

        # go.mod names the patch release that it was written with.
        postPatch = ''
          sed --in-place 's/^go \([0-9]*\.[0-9]*\)\..*/go \1/' go.mod
        '';

        subPackages = [ "." ];
        nativeBuildInputs = [ pkg-config ];
        buildInputs = [ libvirt ];
        # They boot guests.
        doCheck = false;

        meta = {
          description = "Provisions libvirt guests for kernel and storage developers";
          license = lib.licenses.asl20;
          mainProgram = "vmprov";
          platforms = lib.platforms.linux;
        };
      }
    ) { };
  }
else
  { }
