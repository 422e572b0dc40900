# fio with liburing, and with what its build makes or has in its tree but does
# not install: the io_uring exerciser as t-io_uring, the NVMe test scripts and
# the example job files.
final: prev: {
  fio = prev.fio.overrideAttrs (old: {
    buildInputs = (old.buildInputs or [ ]) ++ [ final.liburing ];

    # The scripts look for fio in the folder above their own.
    postInstall = (old.postInstall or "") + ''
      install -D --mode=755 t/io_uring "$out/bin/t-io_uring"
      install -D --mode=755 --target-directory="$out/share/fio/t" t/nvmept*.py
      install -D --mode=644 --target-directory="$out/share/fio/t" t/fiotest*.py
      ln --symbolic ../../bin/fio "$out/share/fio/fio"
      install -D --mode=644 --target-directory="$out/share/fio/examples" examples/*.fio
    '';
  });
}
