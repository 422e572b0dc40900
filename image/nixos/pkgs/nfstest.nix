{
  lib,
  stdenvNoCC,
  fetchurl,
  iproute2,
  iptables,
  nfs-utils,
  python3,
  tcpdump,
  util-linux,
}:
stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "nfstest";
  version = "3.2";

  src = fetchurl {
    url = "http://linux-nfs.org/~mora/nfstest/releases/NFStest-${finalAttrs.version}.tar.gz";
    hash = "sha256-TUxcWttygx9Xhyde8jxUFP9cV84SDK+xzVPeB2ZXRcE=";
  };

  nativeBuildInputs = [ python3.pkgs.wrapPython ];

  dontConfigure = true;
  dontBuild = true;

  # Its setup.py needs distutils, and runs the tests to write their man pages.
  installPhase = ''
    runHook preInstall
    modules="$out/${python3.sitePackages}"
    mkdir --parents "$modules"
    cp --recursive -- *.py nfstest packet "$modules"
    rm --force "$modules/setup.py"
    install -D --mode=755 --target-directory="$out/bin" test/nfstest_*
    runHook postInstall
  '';

  postFixup = ''
    wrapPythonPrograms
  '';
  makeWrapperArgs = [
    "--prefix"
    "PATH"
    ":"
    (lib.makeBinPath [
      iproute2
      iptables
      nfs-utils
      tcpdump
      util-linux
    ])
  ];

  meta = {
    description = "Test suite for NFS clients and servers";
    homepage = "https://wiki.linux-nfs.org/wiki/index.php/NFStest";
    license = lib.licenses.gpl2Plus;
    platforms = lib.platforms.linux;
  };
})
