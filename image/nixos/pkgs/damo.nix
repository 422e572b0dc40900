{
  lib,
  stdenvNoCC,
  fetchFromGitHub,
  makeWrapper,
  perf,
  python3,
  which,
}:
stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "damo";
  version = "3.2.0";

  src = fetchFromGitHub {
    owner = "damonitor";
    repo = "damo";
    tag = "v${finalAttrs.version}";
    hash = "sha256-DflgnU7/tepLwnDOOVahqsPXMSu0GJ/OWYnVd5qSCQA=";
  };

  nativeBuildInputs = [ makeWrapper ];

  dontConfigure = true;
  dontBuild = true;

  # It runs from its tree. Its own packaging makes another tree for a wheel
  # first; this needs neither.
  installPhase = ''
    runHook preInstall
    mkdir --parents "$out/share/damo"
    cp --recursive src "$out/share/damo/src"
    makeWrapper ${lib.getExe python3} "$out/bin/damo" \
      --add-flags "$out/share/damo/src/damo.py" \
      --prefix PATH : ${
        lib.makeBinPath [
          perf
          which
        ]
      }
    runHook postInstall
  '';

  meta = {
    description = "Controls DAMON, the kernel's data access monitor, and shows its results";
    homepage = "https://damonitor.github.io";
    license = lib.licenses.gpl2Only;
    mainProgram = "damo";
    platforms = lib.platforms.linux;
  };
})
