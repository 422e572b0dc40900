#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# make demo: brings the quickstart guest up and shows its disks and its share
# from the inside. It uses the host's libvirtd where one answers, and leaves
# the guest running there; otherwise it starts a private one and tears down.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly self=hack/demo.sh config=examples/quickstart/vmprov.yaml
readonly from_guest=examples/quickstart/share/from-guest.txt

say() {
    printf '\n# %s\n' "$*"
}

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

# As the user: what makes files in this folder.
prepare() {
    hack/setup.sh
    make --no-print-directory build
}

# The quickstart image is made with the host's own tools, which nix's sandbox
# would hide, and is in no cache that could be asked for it.
readonly nix_settings='sandbox = false
substitute = false'

# Root: nix lets nobody else switch its sandbox off; and the namespaces of a
# private libvirtd want root too.
as_root() {
    local run=(env "PATH=$PATH" "NIX_CONFIG=${NIX_CONFIG:+$NIX_CONFIG$'\n'}$nix_settings" "$@")
    if [ "$(id -u)" = 0 ]; then
        exec "${run[@]}"
    fi
    exec sudo "${run[@]}"
}

host_libvirtd_answers() {
    timeout 10 virsh -q -c qemu:///system uri >/dev/null 2>&1
}

show() {
    run ./vmprov up "$config"
    run ./vmprov status "$config"
    say "in the guest: the NVMe disk by its serial, the virtio-blk disk formatted and mounted"
    run ./vmprov ssh -f "$config" demo -- lsblk -o NAME,SIZE,SERIAL,LOG-SEC,MOUNTPOINTS
    run ./vmprov ssh -f "$config" demo -- ls -l /dev/disk/by-id
    say "the share, written by the host and read in the guest, and the other way round"
    run ./vmprov ssh -f "$config" demo -- cat /mnt/share/hello.txt
    run ./vmprov ssh -f "$config" demo -- cp /etc/os-release /mnt/share/from-guest.txt
    run cat "$from_guest"
}

on_host() {
    show
    say "the guest is running; go on with"
    cat <<-NEXT
		  ./vmprov ssh -f $config demo
		  ./vmprov recycle $config      # back to pristine, data disks stay
		  ./vmprov destroy $config      # leaves nothing
	NEXT
}

remove() {
    run ./vmprov destroy --yes "$config"
    rm -f "$from_guest"
}

in_private() {
    # Also after a failure: the state folder and the GC root are the host's.
    trap remove EXIT
    show
    say "the private libvirtd ends with this demo, so the guest goes now; for a longer look:"
    cat <<-NEXT
		  sudo test/lab bash            # a shell beside a private libvirtd; then
		  ./vmprov up $config
	NEXT
}

case ${1:-} in
'')
    prepare
    as_root "$self" root
    ;;
root)
    if host_libvirtd_answers; then
        on_host
    else
        say "no libvirtd answers on this host: starting a private one"
        exec test/lab "$self" private
    fi
    ;;
private) in_private ;;
esac
