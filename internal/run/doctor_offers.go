// SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// offers are what the host has for guests that ask for it. None of it is
// needed by every guest, so what is not there is said and no fault.
func (p *project) offers() []Check {
	facts := p.host.Facts
	board, known := facts.Boards[plan.Board(config.Guest{}, p.host)]
	checks := []Check{ok("emulators", orNone(slices.Sorted(maps.Keys(facts.Machines)), "none"))}
	if known {
		firmware := []string{"bios"}
		if slices.Contains(board.Firmware, "efi") {
			firmware = append(firmware, "efi")
		}
		if board.Secure {
			firmware = append(firmware, "efi with secure boot")
		}
		checks = append(checks,
			ok("firmware", strings.Join(firmware, ", ")),
			ok("tpm", orNone(board.TPMModels, "none (swtpm and swtpm-tools bring it)")),
			ok("graphics", orNone(board.Graphics, "none")+"; video: "+orNone(board.Videos, "none")))
	}
	checks = append(checks, ok("hugepages", p.hugepages()))
	if p.host.Local {
		checks = append(checks,
			ok("vsock", orOffered(facts.NoVhostVsock)),
			ok("io_uring", orOffered(facts.NoIOUring)),
			ok("passt", orOffered(p.host.NoPasst)),
			ok("nested", p.nested()))
	}
	return checks
}

func orNone(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, ", ")
}

func orOffered(lack string) string {
	if lack == "" {
		return "offered"
	}
	return "not offered: " + lack
}

func (p *project) hugepages() string {
	var out []string
	for _, size := range slices.Sorted(maps.Keys(p.host.Facts.Hugepages)) {
		have := p.host.Facts.Hugepages[size]
		if have.Reserved > 0 {
			out = append(out, fmt.Sprintf("%s: %d reserved, %d free", config.Size(size), have.Reserved, have.Free))
		}
	}
	return orNone(out, "none reserved")
}

func (p *project) nested() string {
	switch {
	case !p.host.KVM:
		return "by emulation only: there is no KVM"
	case p.host.Virtualisation == "":
		return "not known for this CPU"
	default:
		return orOffered(p.host.Facts.NoNested)
	}
}
