# Real derivations that a machine without nixpkgs can build.
let
  make =
    name: command: system:
    derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [
        "-c"
        command
      ];
      PATH = "/bin:/usr/bin";
    };
in
{
  toplevel = make "nixos-system-stand-in" "mkdir $out && echo init >$out/init";
  image = make "nixos-image-stand-in" "mkdir $out && echo qcow2 >$out/nixos.qcow2";
}
