{
  lib,
  stdenv,
  fetchFromGitHub,
  bpftools,
  elfutils,
  llvmPackages,
  zlib,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "libbpf-tools";
  version = "0.36.1";

  # With its own libbpf, which it links.
  src = fetchFromGitHub {
    owner = "iovisor";
    repo = "bcc";
    tag = "v${finalAttrs.version}";
    fetchSubmodules = true;
    hash = "sha256-yfIyV+NKaSYMNjqFpxPwCgetPacC8OrBBGxRG3P2z0o=";
  };
  sourceRoot = "${finalAttrs.src.name}/libbpf-tools";

  # libbpf is built in a folder beside this one.
  postUnpack = ''
    chmod --recursive u+w ${finalAttrs.src.name}
  '';

  buildInputs = [
    elfutils
    zlib
  ];

  # The wrapped clang adds flags that the BPF target does not know.
  makeFlags = [
    "BPFTOOL=${lib.getExe' bpftools "bpftool"}"
    "CLANG=${lib.getExe' llvmPackages.clang-unwrapped "clang"}"
    "LLVM_STRIP=${lib.getExe' llvmPackages.llvm "llvm-strip"}"
    "prefix=${placeholder "out"}"
  ];
  enableParallelBuilding = true;

  # Their names are those of bcc's own tools. Some are links to others.
  postInstall = ''
    for tool in "$out"/bin/*; do
      if [ -L "$tool" ]; then
        ln --symbolic "$(basename "$(readlink "$tool")")-libbpf" "$tool-libbpf"
        rm "$tool"
      else
        mv "$tool" "$tool-libbpf"
      fi
    done
  '';

  meta = {
    description = "BPF tracing tools that run on any kernel with BTF";
    homepage = "https://github.com/iovisor/bcc/tree/master/libbpf-tools";
    license = with lib.licenses; [
      bsd2
      lgpl21Only
    ];
    platforms = lib.platforms.linux;
  };
})
