// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"slices"
)

func (l *lacking) firmware() {
	f := l.guest.Firmware
	switch {
	case f == nil || f.Type != "efi" || f.Loader != "":
	case !slices.Contains(l.has.Firmware, "efi") && l.known():
		l.say("firmware", "libvirt finds no EFI firmware for %s (install %s, or use bios)", l.board.Arch, firmwarePackage(l.board.Arch))
	case f.SecureBoot && !l.has.Secure && l.known():
		l.say("firmware.secureBoot", "libvirt finds no EFI firmware with secure boot for %s (install %s, or leave it out)", l.board.Arch, firmwarePackage(l.board.Arch))
	}
}

// known says that libvirt told of the guest's board.
func (l *lacking) known() bool {
	_, ok := l.host.Facts.Boards[l.board]
	return ok
}

func firmwarePackage(arch string) string {
	if arch == "aarch64" {
		return "qemu-efi-aarch64"
	}
	return "ovmf"
}

func (l *lacking) platform() {
	l.tpm()
	if l.guest.Vsock != nil && l.host.Facts.NoVhostVsock != "" {
		l.say("vsock", "%s", l.host.Facts.NoVhostVsock)
	}
	if l.guest.Panic == "pvpanic" {
		l.needs("panic", 9001000, "use isa on x86_64, or none")
	}
	if w := l.guest.Watchdog; w != nil && w.Model == "itco" {
		l.needs("watchdog", 9001000, "use i6300esb")
	}
	if i := l.guest.IOMMU; i != nil && i.Model == "virtio" {
		l.needs("iommu", 8003000, "use intel on x86_64")
	}
}

func (l *lacking) tpm() {
	t := l.guest.TPM
	if t == nil || !l.known() {
		return
	}
	model := t.Model
	if model == "" {
		model = map[string]string{"aarch64": "tpm-tis"}[l.board.Arch]
	}
	model, version := cmp.Or(model, "tpm-crb"), cmp.Or(t.Version, "2.0")
	switch {
	case len(l.has.TPMModels) == 0:
		l.say("tpm", "libvirt finds no swtpm (install swtpm and swtpm-tools)")
	case without(l.has.TPMModels, model):
		l.say("tpm.model", "this QEMU has no %s for %s", model, l.board.Arch)
	case without(l.has.TPMVersions, version):
		l.say("tpm.version", "this host's swtpm has no TPM %s", version)
	}
}

func (l *lacking) graphics() {
	g := l.guest.Graphics
	if g == nil || g.Type == "none" {
		return
	}
	if without(l.has.Graphics, g.Type) {
		l.say("graphics.type", "this QEMU was built without %s (use vnc, or on Debian install qemu-system-modules-spice)", g.Type)
	}
	if video := cmp.Or(g.Video, "virtio"); without(l.has.Videos, video) {
		l.say("graphics.video", "this QEMU has no %s (use virtio or vga)", video)
	}
}

func (l *lacking) hostDevices() {
	for _, d := range l.guest.HostDevices {
		have, known := l.host.Facts.PCI[d.PCI]
		switch key := "hostDevices." + d.Name; {
		case !known:
		case have.Missing:
			l.say(key, "this host has no PCI device %s (`virsh nodedev-list --cap pci`, or `lspci -D`, lists them)", d.PCI)
		case have.IOMMUGroup < 0:
			l.say(key, "%s (%s) is in no IOMMU group (enable the IOMMU: VT-d or AMD-Vi in the firmware, and intel_iommu=on on Intel's kernel command line)",
				d.PCI, cmp.Or(have.Product, "a device without a name"))
		}
	}
}
