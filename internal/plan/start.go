// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/domain"
	"vmprov/internal/config"
)

// startOptions are how a guest starts, noting what its user must know. A guest
// on a new root overlay has the variables of its firmware anew: those of the
// system before it name boot loaders that are gone.
func (s *sequence) startOptions(m Mark, spec config.Guest) domain.StartOptions {
	o := domain.StartOptions{
		ResetNVRAM: hasNVRAM(spec, s.d.Host.Arch) && (m.Intent == IntentRecycle || s.makes(s.rootVolume(m.Generation))),
		Paused:     spec.GDB != nil && spec.GDB.Wait,
	}
	if o.Paused {
		s.note("runs only when a debugger lets it: `gdb -ex 'target remote %s' -ex continue`", spec.GDBTarget())
	}
	return o
}

func hasNVRAM(spec config.Guest, hostArch string) bool {
	if spec.Firmware != nil {
		return spec.Firmware.Type == "efi"
	}
	arch := hostArch
	if spec.Arch != "" {
		arch = spec.Arch
	}
	return arch == "aarch64"
}

// noteEscapes says that what is written reaches past what vmprov answers for.
func (s *sequence) noteEscapes(spec config.Guest) {
	if used := escapeHatches(spec); used != "" {
		s.note("goes past what vmprov knows, by %s: libvirt and QEMU take it as it is", used)
	}
}
