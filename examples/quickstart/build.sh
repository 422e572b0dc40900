#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Builder of the quickstart guest, called by nix with $out, $guest (folder of
# the guest's own files), $version (a file) and $kind. An image is
# $out/quickstart.qcow2:
#
#   sector 0        MBR boot code (syslinux)
#   partition 1     FAT: syslinux, kernel, initrd
#   partition 2     ext4: the root, last on the disk so that it can grow
#
# A closure is what NixOS calls a toplevel, to boot without an image: $out has
# boot.json, init, initrd, kernel, and in root/ what the guest runs.
#
# No loop device and no mount is needed, so it also runs in a container.
set -euo pipefail

readonly disk_mib=512 boot_start_mib=1 boot_mib=31
readonly root_start_mib=$((boot_start_mib + boot_mib))
readonly root_mib=$((disk_mib - root_start_mib))

# Modules that the initrd loads to reach the root.
readonly boot_modules=(virtio_pci virtio_blk ext4)
# Modules that the initrd of a closure loads to reach the host's store.
readonly closure_modules=(virtio_pci virtiofs)
# Modules that the root holds besides; loaded where the hardware is there.
readonly root_modules=(
    virtio_net nvme virtiofs xfs overlay virtio-rng virtio_console virtio_balloon
    button evdev dmi_sysfs qemu_fw_cfg
    virtio_scsi sd_mod ahci ata_piix xhci_pci
    e1000 e1000e igb 8139cp
    tpm_crb tpm_tis i6300esb iTCO_wdt pvpanic-mmio pvpanic-pci vmw_vsock_virtio_transport
)
# Programs beside busybox, with their libraries.
readonly programs=(dropbear dropbearkey dropbearconvert mke2fs resize2fs mkfs.xfs blkid lsblk findmnt)

# Everything that could carry a time or a random value carries these.
export SOURCE_DATE_EPOCH=1 E2FSPROGS_FAKE_TIME=1 LC_ALL=C TZ=UTC
readonly root_uuid=6f7a3d5e-3c0b-4a52-9d0c-2f1f5a7b8c9d
umask 022

# What nix hands over.
: "${out:?}" "${guest:?}" "${version:?}" "${kind:?}"

die() {
    echo "build quickstart image: $*" >&2
    exit 1
}

# The newest installed kernel that has an NVMe driver; cloud flavours have none.
find_kernel() {
    local image release
    while read -r image; do
        release=${image#/boot/vmlinuz-}
        if compgen -G "/lib/modules/$release/kernel/drivers/nvme/host/nvme.ko*" >/dev/null; then
            echo "$release"
            return
        fi
    done < <(printf '%s\n' /boot/vmlinuz-* | sort -rV)
    die "no kernel with an nvme driver in /boot; try: apt install linux-image-amd64"
}

# module_files RELEASE MODULE...: paths of the modules and all that they need,
# in the order in which they can be loaded.
module_files() {
    local release=$1 module
    shift
    for module; do
        modprobe -S "$release" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# copy_module FILE DEST: copies a module, unpacked.
copy_module() {
    case $1 in
    *.xz) xz -dc "$1" >"${2%.xz}" ;;
    *.zst) zstd -qdc "$1" >"${2%.zst}" ;;
    *.gz) gzip -dc "$1" >"${2%.gz}" ;;
    *) cp "$1" "$2" ;;
    esac
}

# put_busybox FOLDER: busybox under the name of each of its applets.
put_busybox() {
    local applet
    cp "$(type -P busybox)" "$1/busybox"
    for applet in $(busybox --list); do
        [ "$applet" = busybox ] || ln -s busybox "$1/$applet"
    done
}

# copy_program NAME ROOT: copies a program of the host with its libraries.
copy_program() {
    local path library
    path=$(type -P "$1") || die "no program $1 on this host; try: make setup"
    cp "$path" "$2/usr/bin/"
    while read -r library; do
        mkdir -p "$2$(dirname "$library")"
        cp -nL "$library" "$2$library"
    done < <(ldd "$path" | grep -o '/[^ ]*')
}

# pack_initrd FOLDER FILE: uncompressed, as an emulated CPU loads it faster
# than it unpacks it.
pack_initrd() (
    cd "$1"
    find . -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
    find . | sort |
        busybox cpio -o -H newc -R 0:0 --renumber-inodes --ignore-devno 2>/dev/null >"$2"
)

# make_initrd RELEASE FILE INIT MODULE...
make_initrd() {
    local release=$1 file=$2 init=$3 tree=$PWD/initrd.tree number=10 module
    shift 3
    mkdir -p "$tree"/{bin,modules,proc,sys,dev,root}
    put_busybox "$tree/bin"
    install -m 755 "$guest/$init" "$tree/init"
    while read -r module; do
        # A folder each, numbered in the order in which they are loaded.
        mkdir "$tree/modules/$number"
        copy_module "$module" "$tree/modules/$((number++))/${module##*/}"
    done < <(module_files "$release" "$@")
    pack_initrd "$tree" "$file"
}

copy_root_modules() {
    local release=$1 root=$2 module
    local from=/lib/modules/$release to=$root/usr/lib/modules/$release
    mkdir -p "$to"
    cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/"
    while read -r module; do
        mkdir -p "$root/usr$(dirname "$module")"
        copy_module "$module" "$root/usr$module"
    done < <(module_files "$release" "${boot_modules[@]}" "${root_modules[@]}")
    depmod -b "$root" "$release"
}

# make_root_tree ROOT: all but the modules.
make_root_tree() {
    local root=$1 name
    mkdir -p "$root"/{usr/bin,usr/lib,usr/lib64,etc,dev,proc,sys,run,mnt,root,var/log}
    mkdir -m 1777 "$root/tmp"
    chmod 700 "$root/root"
    ln -s bin "$root/usr/sbin"
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
    ln -s ../run "$root/var/run"
    put_busybox "$root/usr/bin"
    # A host program takes the place of the applet of the same name.
    for name in "${programs[@]}"; do
        rm -f "$root/usr/bin/$name"
        copy_program "$name" "$root"
    done
    ln -sf mke2fs "$root/usr/bin/mkfs.ext4"
    cp -r "$guest"/etc "$guest"/usr "$root/"
    cp /etc/mke2fs.conf "$root/etc/"
    cp "$version" "$root/etc/version"
}

# make_root TREE FILE: an ext4 of the tree. Everything belongs to root,
# whoever builds (a nix daemon builds as a user of its own).
make_root() {
    mke2fs -q -t ext4 -T default -b 4096 -m 1 -L quickstart -U "$root_uuid" \
        -E "hash_seed=$root_uuid,root_owner=0:0" -d "$1" "$2" "${root_mib}M" >/dev/null
    (cd "$1" && find . -mindepth 1 -printf 'sif "/%P" uid 0\nsif "/%P" gid 0\n') |
        debugfs -w -f - "$2" >/dev/null 2>&1
}

# make_disk KERNEL INITRD ROOT DISK: the raw disk of the parts.
make_disk() {
    local kernel=$1 initrd=$2 root=$3 disk=$4
    local boot="$disk@@${boot_start_mib}M"
    truncate -s "${disk_mib}M" "$disk"
    sfdisk -q "$disk" <<-LAYOUT
		label: dos
		label-id: 0x766d7076
		start=${boot_start_mib}MiB, size=${boot_mib}MiB, type=e, bootable
		start=${root_start_mib}MiB, size=${root_mib}MiB, type=83
	LAYOUT
    mformat -i "$boot" -N 766d7076 -v QUICKSTART -T $((boot_mib * 2048)) -h 64 -s 32 ::
    mcopy -i "$boot" "$kernel" ::vmlinuz
    mcopy -i "$boot" "$initrd" ::initrd
    mcopy -i "$boot" "$guest/syslinux.cfg" ::
    syslinux --install -t $((boot_start_mib << 20)) "$disk"
    dd if=/usr/lib/syslinux/mbr/mbr.bin of="$disk" bs=440 count=1 conv=notrunc status=none
    dd if="$root" of="$disk" bs=1M seek="$root_start_mib" conv=notrunc,sparse status=none
}

make_image() {
    local release=$1
    make_initrd "$release" "$PWD/initrd" initrd-init "${boot_modules[@]}"
    make_root_tree "$PWD/tree"
    copy_root_modules "$release" "$PWD/tree"
    find "$PWD/tree" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
    make_root "$PWD/tree" "$PWD/root.ext4"
    make_disk "/boot/vmlinuz-$release" "$PWD/initrd" "$PWD/root.ext4" "$PWD/disk.raw"
    mkdir -p "$out"
    qemu-img convert -O qcow2 "$PWD/disk.raw" "$out/quickstart.qcow2"
}

# make_closure RELEASE: the modules of the kernel come over a share of their own.
make_closure() {
    local release=$1
    mkdir -p "$out/bin"
    make_initrd "$release" "$out/initrd" closure-initrd-init "${closure_modules[@]}"
    make_root_tree "$out/root"
    mkdir "$out/root/usr/lib/modules"
    cp "/boot/vmlinuz-$release" "$out/kernel"
    sed "s|@out@|$out|g" "$guest/closure-init" >"$out/init"
    sed "s|@out@|$out|g" "$guest/switch-to-configuration" >"$out/bin/switch-to-configuration"
    chmod 755 "$out/init" "$out/bin/switch-to-configuration"
    cat >"$out/boot.json" <<-BOOTSPEC
	{
	  "org.nixos.bootspec.v1": {
	    "init": "$out/init",
	    "initrd": "$out/initrd",
	    "kernel": "$out/kernel",
	    "kernelParams": ["quiet"],
	    "label": "quickstart, not NixOS",
	    "system": "x86_64-linux",
	    "toplevel": "$out"
	  }
	}
	BOOTSPEC
}

main() {
    local work
    work=$(mktemp -d "${TMPDIR:-/tmp}/quickstart.XXXXXX")
    # shellcheck disable=SC2064 # the value of now is meant
    trap "rm -rf '$work'" EXIT
    cd "$work"
    "make_$kind" "$(find_kernel)"
}

main
