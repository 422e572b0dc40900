{
  lib,
  stdenvNoCC,
  fetchFromGitHub,
  makeWrapper,
  # The newest with xdrlib.
  python312,
}:
let
  python = python312.withPackages (packages: [
    packages.gssapi
    packages.ply
  ]);
in
stdenvNoCC.mkDerivation {
  pname = "pynfs";
  version = "unstable-2025-03-05";

  src = fetchFromGitHub {
    owner = "ffilz";
    repo = "pynfs";
    rev = "d3a1610815117cb6bdf6567e575baedb0d88095e";
    hash = "sha256-grigxIDAQG4hnwA/YmsHNP3aKX61uw76I/ClgT0+u8Q=";
  };

  nativeBuildInputs = [
    makeWrapper
    python
  ];

  # What its setup.py does, which needs distutils: Python out of the protocols'
  # XDR files, each in the folder of its file.
  buildPhase = ''
    runHook preBuild
    root=$PWD
    find . -name '*.x' -print0 | while IFS= read -r -d "" file; do
      cd "$root/$(dirname "$file")"
      PYTHONPATH=$root/xdr python3 "$root/xdr/xdrgen.py" "$(basename "$file")"
      rm --force parser.out parsetab.py
      cd "$root"
    done
    runHook postBuild
  '';

  # Both run from the folder that they are called in, where they write results.
  # 4.1 has its rpc in the folder above its own, 4.0 in one of its own.
  installPhase = ''
    runHook preInstall
    mkdir --parents "$out/bin" "$out/share"
    cp --recursive . "$out/share/pynfs"
    for version in 4.0 4.1; do
      makeWrapper ${lib.getExe python} "$out/bin/pynfs-$version" \
        --set PYTHONPATH "$out/share/pynfs" \
        --set PYTHONDONTWRITEBYTECODE 1 \
        --add-flags "$out/share/pynfs/nfs$version/testserver.py"
    done
    runHook postInstall
  '';

  meta = {
    description = "Conformance tests for NFSv4 servers";
    homepage = "https://github.com/ffilz/pynfs";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
}
