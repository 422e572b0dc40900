# As much of nixpkgs' lib as the outputs of a flake need to be listed.
{
  inherit (builtins) attrValues mapAttrs;
  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
}
