# Every module that does nothing until one of its options is set.
{
  imports = [
    ./mounts/shares.nix
    ./mounts/storage.nix
    ./profiles/controller.nix
  ];
}
