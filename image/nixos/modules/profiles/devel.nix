# Tools of kernel and storage developers, by purpose. cpupower, damo,
# libbpf-tools, nfstest, pynfs and xnvme come from overlays.default.
{ lib, pkgs, ... }:
let
  groups = with pkgs; {
    fileSystems = [
      btrfs-progs
      dosfstools
      e2fsprogs
      f2fs-tools
      lvm2
      parted
      xfsdump
      xfsprogs
      xfstests
    ];

    nvmeAndScsi = [
      libnvme
      nvme-cli
      sg3_utils
      xnvme
    ];

    load = [
      fio
      stress-ng
    ];

    nfs = [
      nfs-utils
      nfstest
      pynfs
    ];

    tracing = [
      bcc
      blktrace
      bpftools
      bpftrace
      libbpf-tools
      trace-cmd
    ];

    # What blktests, fstests and the kernel's selftests call.
    testDependencies = [
      acl
      attr
      bc
      keyutils
      libcap
      libseccomp
      linuxquota
      mdadm
      rpcbind
    ];

    comfort = [
      file
      git
      helix
      jq
      kmod
      less
      nano
      neovim
      pciutils
      psmisc
      ripgrep
      strace
      tmux
      tree
      vim
      zsh
    ];

    dataAnalysis = [
      # Before the bare python3 that build tools and test suites bring.
      (lib.hiPrio (
        python3.withPackages (python: [
          python.matplotlib
          python.numpy
          python.pandas
        ])
      ))
    ];
  };
in
{
  imports = [
    ../overlay.nix
    # Monitoring and profiling.
    ./monitoring.nix
  ];

  environment.systemPackages = lib.concatLists (lib.attrValues groups);
  programs.bash.completion.enable = true;
}
