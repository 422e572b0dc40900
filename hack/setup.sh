#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs with apt what building, testing and the demo need and what is
# missing; it does nothing where all is there. No service is started or relied
# on: test/lab runs a libvirtd of its own.
set -euo pipefail

readonly packages=(
    # build: the Go binding links libvirt
    gcc libc6-dev pkg-config libvirt-dev
    # run
    libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients dnsmasq-base iptables
    qemu-system-x86 qemu-utils openssh-client passt
    # firmware and TPM of guests that ask for them
    ovmf swtpm swtpm-tools
    # tests of guests of another architecture
    qemu-system-arm qemu-efi-aarch64
    # quickstart image
    busybox-static dropbear-bin syslinux syslinux-common mtools fdisk e2fsprogs xfsprogs kmod
    # tests
    git iproute2 util-linux libxml2-utils shellcheck
)

missing() {
    local package
    for package in "${packages[@]}"; do
        is_installed "$package" || echo "$package"
    done
    # A nix or a kernel from elsewhere does as well.
    command -v nix >/dev/null || echo nix-bin
    has_kernel || echo linux-image-amd64
    # Its own package since Debian 13; part of qemu-system-common before.
    has_virtiofsd || echo virtiofsd
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The quickstart guest boots this machine's kernel package, which needs an NVMe
# driver; cloud flavours have none.
has_kernel() {
    local image
    for image in /boot/vmlinuz-*; do
        ! compgen -G "/lib/modules/${image#/boot/vmlinuz-}/kernel/drivers/nvme/host/nvme.ko*" >/dev/null || return 0
    done
    return 1
}

has_virtiofsd() {
    [ -x /usr/lib/qemu/virtiofsd ] || [ -x /usr/libexec/virtiofsd ]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "setup: installing packages needs root, and there is no sudo; as root: $*" >&2
        exit 1
    fi
}

install() {
    as_root apt-get -q update
    # virtiofsd is asked for only where the release has it.
    local wanted=() package
    for package; do
        if [ "$package" != virtiofsd ] || apt-cache show virtiofsd >/dev/null 2>&1; then
            wanted+=("$package")
        fi
    done
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends "${wanted[@]}"
}

main() {
    command -v go >/dev/null || {
        echo "setup: no go on PATH; install the version that go.mod names from https://go.dev/dl" >&2
        exit 1
    }
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "setup: this is no Debian; install what these Debian packages hold:" >&2
        echo "  ${packages[*]} nix-bin virtiofsd linux-image-amd64" >&2
        exit 1
    fi
    local list
    mapfile -t list < <(missing)
    if [ "${#list[@]}" = 0 ]; then
        echo "setup: everything is there"
        return
    fi
    echo "setup: installing ${list[*]}"
    install "${list[@]}"
}

main
