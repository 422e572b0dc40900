# What a kernel build and its menuconfig need, for the build-kernel shell, the
# build-tools profile and the controller: programs, and libraries with headers.
pkgs: {
  tools = with pkgs; [
    bc
    binutils
    bison
    ccache
    cpio
    diffutils
    findutils
    flex
    gawk
    gcc
    git
    gnumake
    gnupatch
    hostname
    kmod
    lz4
    pahole
    perl
    pkg-config
    python3
    rsync
    sparse
    xz
    zstd
  ];
  libraries = with pkgs; [
    elfutils
    ncurses
    openssl
    zlib
  ];
}
