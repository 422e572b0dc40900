{
  lib,
  stdenv,
  fetchurl,
  libaio,
  liburing,
  meson,
  ninja,
  pkg-config,
  python3,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "xnvme";
  version = "0.7.5";

  src = fetchurl {
    url = "https://github.com/xnvme/xnvme/releases/download/v${finalAttrs.version}/xnvme-${finalAttrs.version}.tar.gz";
    hash = "sha256-2VGjEV9oaVb1xrg5s5D/tQu0Q/dxH+NfV6B/TQZnJ38=";
  };

  nativeBuildInputs = [
    meson
    ninja
    pkg-config
    python3
  ];
  buildInputs = [
    libaio
    liburing
  ];

  postPatch = ''
    patchShebangs .
  '';

  # auto: only what is among the inputs. SPDK would be built from a copy that
  # takes over the devices.
  mesonAutoFeatures = "auto";
  mesonFlags = [ (lib.mesonEnable "with-spdk" false) ];

  meta = {
    description = "Library and tools for NVMe devices from user space";
    homepage = "https://xnvme.io";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.linux;
  };
})
