// SPDX-License-Identifier: Apache-2.0

package config

// firmware checks what a family's guests boot with.
func (v validator) firmware(f family) {
	fw := f.spec.Firmware
	kind := f.at("firmware.type")
	if fw == nil || v.isBroken(f.at("firmware")) || v.isBroken(kind) {
		return
	}
	if fw.Type == "bios" {
		if !onBoard(f, boardPC, boardQ35) {
			v.value(kind, "must be efi with machine virt, got bios")
		}
		for _, key := range []string{"secureBoot", "loader", "template"} {
			if at := f.at("firmware." + key); f.layout.said(at) {
				v.key(at, "must only be given with type efi, got type bios")
			}
		}
		return
	}
	if fw.SecureBoot && !onBoard(f, boardQ35) {
		v.key(f.at("firmware.secureBoot"), "must only be given with machine q35, got machine %s", boardOf(f.spec))
	}
	loader, template := f.at("firmware.loader"), f.at("firmware.template")
	switch {
	case f.layout.said(loader) && !f.layout.said(template):
		v.key(loader, "must be given with `template`, the variables that go with it")
	case f.layout.said(template) && !f.layout.said(loader):
		v.key(template, "must be given with `loader`, the firmware that it goes with")
	}
}
