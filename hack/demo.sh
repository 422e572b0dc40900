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

# Root: the image's builder calls the host's tools, which nix allows to root
# only; and so do the namespaces of a private libvirtd.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        exec "$@"
    fi
    exec sudo env "PATH=$PATH" "$@"
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
    say "the private libvirtd ends here, and the guest with it"
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
