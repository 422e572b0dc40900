# xfstests of 2026: nixpkgs has one of 2023 that a current GCC does not build.
final: prev: {
  xfstests = prev.xfstests.overrideAttrs (old: {
    version = "2026.03.20";
    src = final.fetchzip {
      url = "https://git.kernel.org/pub/scm/fs/xfs/xfstests-dev.git/snapshot/xfstests-dev-v2026.03.20.tar.gz";
      hash = "sha256-f82TsOEikGo9uQyM0hQmgy6A6R/2U4Ot/eINq34kohM=";
    };
    nativeBuildInputs = (old.nativeBuildInputs or [ ]) ++ [ final.pkg-config ];
    # For the tests of dbm files and of io_uring.
    buildInputs = (old.buildInputs or [ ]) ++ [
      final.gdbm
      final.liburing
    ];
  });
}
