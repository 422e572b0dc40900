#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the flake library needs nixpkgs for: the formatter, `nix flake check`,
# every package, both templates, and a guest of the libvirt template booted by
# vmprov. It wants nix 2.18 or later, the network, some 30 GiB for /nix/store, a
# libvirtd, and KVM unless there is much time.
#
#   test/nix/on-a-networked-host.sh [PATH-TO-VMPROV]
#
# Each step is tried even after one has failed; the end lists what failed.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
readonly root library="path:$root/image/nixos" vmprov=${1:-$root/vmprov}
readonly system=${SYSTEM:-x86_64-linux}
work=$(mktemp --directory)
readonly work
failed=()
booted=

clean() {
    [ -z "$booted" ] || "$vmprov" destroy --yes "$work/libvirt/vmprov.yaml" || true
    rm --recursive --force "$work"
}
trap clean EXIT

flakes() {
    nix --extra-experimental-features 'nix-command flakes' "$@"
}

step() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    # Not in a condition: there bash would go on after a failed command.
    set +e
    (set -e; "$@")
    local status=$?
    set -e
    [ "$status" = 0 ] || failed+=("$name")
}

preconditions() {
    local version
    version=$(nix --version | grep --only-matching '[0-9]*\.[0-9]*' | head --lines=1)
    if ! printf '2.18\n%s\n' "$version" | sort --version-sort --check=quiet; then
        echo "nix $version is too old for nixpkgs: 2.18 or later is needed" >&2
        exit 2
    fi
    [ -x "$vmprov" ] || { echo "$vmprov is missing: run make, or name it" >&2; exit 2; }
}

formatted() {
    # It mends what it finds, so it gets a copy.
    cp --recursive "$root/image/nixos" "$work/formatted"
    (cd "$work/formatted" && flakes fmt "path:$work/formatted" -- --ci .)
    diff --recursive "$root/image/nixos" "$work/formatted"
}

packages() {
    local name
    for name in $(flakes eval --raw "$library#packages.$system" \
        --apply 'set: toString (builtins.attrNames set)'); do
        flakes build --no-link --print-build-logs "$library#packages.$system.$name"
    done
}

# What the overlay and the recipes promise of their results.
results() {
    local fio nfstest pynfs tools xfstests
    fio=$(flakes build --no-link --print-out-paths "$library#fio")
    "$fio/bin/fio" --version
    ls "$fio/bin/t-io_uring" "$fio"/share/fio/t/nvmept*.py "$fio"/share/fio/examples/*.fio >/dev/null
    xfstests=$(flakes build --no-link --print-out-paths "$library#xfstests")
    ls "$xfstests/bin/xfstests-check" >/dev/null
    tools=$(flakes build --no-link --print-out-paths "$library#libbpf-tools")
    tools=("$tools"/bin/*-libbpf)
    echo "${#tools[@]} tools"
    [ "${#tools[@]}" -ge 74 ]
    nfstest=$(flakes build --no-link --print-out-paths "$library#nfstest")
    tools=("$nfstest"/bin/nfstest_*)
    echo "${#tools[@]} tests of NFS"
    [ "${#tools[@]}" -ge 17 ]
    pynfs=$(flakes build --no-link --print-out-paths "$library#pynfs")
    "$pynfs/bin/pynfs-4.0" --help >/dev/null
    "$pynfs/bin/pynfs-4.1" --help >/dev/null
    flakes run "$library#damo" -- version
}

# A project of a template, pointed at this checkout's library.
project() {
    local name=$1 text
    mkdir "$work/$name"
    cd "$work/$name"
    git init --quiet
    flakes flake init --template "$library#$name"
    text=$(<flake.nix)
    printf '%s\n' "${text/path:\/path\/to\/nixos-flake/$library}" >flake.nix
    git add flake.nix
}

imageless() {
    project imageless
    flakes build .#nixosConfigurations.vm.config.system.build.toplevel
    ls result/init result/boot.json
    # vmprov finds the initrd there, and no kernel.
    grep --quiet '"initrd"' result/boot.json
    if grep --quiet '"kernel"' result/boot.json; then return 1; fi
}

libvirt() {
    project libvirt
    flakes build .#image
    ls result/nixos.qcow2
    mkdir results
    cat >vmprov.yaml <<'YAML'
project: nixos-library
images:
  vm: {flake: .}
guests:
  vm:
    image: vm
    cpus: 2
    memory: 2GiB
    root: {size: 20GiB}
    disks:
      - {name: scratch, bus: nvme, size: 2GiB, filesystem: {type: xfs, mkfsArgs: [-m, reflink=0]}, target: /mnt/scratch}
      - {name: log, bus: virtio, size: 1GiB, filesystem: {type: ext4}, target: /mnt/log}
    shares:
      - {tag: results, source: ./results, target: /data/results}
    ready: [ssh, agent]
YAML
}

guest() {
    "$vmprov" --file "$work/libvirt/vmprov.yaml" ssh vm -- "$@"
}

boot() {
    cd "$work/libvirt"
    "$vmprov" up vmprov.yaml
    # The host's name for it, the mounts with mkfs arguments and without, the
    # share, and a root as large as its disk.
    [ "$(guest hostname)" = vm ]
    guest findmnt --types xfs /mnt/scratch
    guest xfs_info /mnt/scratch | grep --quiet reflink=0
    guest findmnt --types ext4 /mnt/log
    guest touch /data/results/seen
    ls results/seen
    [ "$(guest df --output=size --block-size=G / | tail --lines=1 | tr --delete ' G')" -ge 18 ]
    guest fio --version
    # What the profile promises of Python, whatever else brings one.
    guest python3 -c "'import matplotlib, numpy, pandas'"
    [ -z "$(guest systemctl list-units --failed --no-legend)" ]
}

# A newcomer's folder, with the library that is in vmprov.
init() {
    XDG_DATA_HOME=$work/data "$vmprov" init --git "$work/init"
    "$vmprov" build "$work/init/"
    "$vmprov" validate --guest "$work/init/"
    "$vmprov" build --update "$work/init/"
}

# The example of fio in the template, and another checkout of it for one build.
override() {
    local source text
    source=$(flakes build --no-link --print-out-paths "$library#fio.src")
    cp --recursive "$source" "$work/fio"
    chmod --recursive u+w "$work/fio"
    cd "$work/init"
    text=$(sed '/#fio-src = {/,/#};/s/#//; /#(final: prev: {$/,/#})/s/#//' flake.nix)
    printf '%s\n' "${text/path:\/home\/user\/src\/fio/path:$work\/fio}" >flake.nix
    grep --quiet '^ *src = inputs.fio-src;' flake.nix
    "$vmprov" build vmprov.yaml
    cp --recursive "$work/fio" "$work/other"
    "$vmprov" build --override "fio=$work/other" vmprov.yaml
}

preconditions
step 'formatted' formatted
step 'flake check' flakes flake check --print-build-logs "$library"
step 'packages' packages
step 'results of the packages' results
step 'template imageless' imageless
step 'template libvirt' libvirt
step 'init' init
step 'packages from a checkout' override
booted=yes
step 'boot the libvirt template' boot

if [ "${#failed[@]}" -gt 0 ]; then
    printf '\nfailed: %s\n' "${failed[@]}" >&2
    exit 1
fi
printf '\nall steps passed\n'
