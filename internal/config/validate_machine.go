// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"
	"strings"
)

// board is the kind of a machine, which decides what devices it can have.
type board string

const (
	boardPC   board = "pc"
	boardQ35  board = "q35"
	boardVirt board = "virt"
)

var (
	boards = []string{string(boardQ35), string(boardPC), string(boardVirt)}
	// machineForm is a board, or one of a version: QEMU's, or a distribution's such as pc-q35-rhel9.4.0.
	machineForm = regexp.MustCompile(`^(q35|pc|virt|(pc-q35|pc-i440fx|virt)-[a-z0-9][a-z0-9.-]*)$`)
)

// boardOf is the board of a guest; empty where only the host's architecture
// tells.
func boardOf(g Guest) board {
	switch m := g.Machine; {
	case m == "q35" || strings.HasPrefix(m, "pc-q35-"):
		return boardQ35
	case m == "pc" || strings.HasPrefix(m, "pc-i440fx-"):
		return boardPC
	case m == "virt" || strings.HasPrefix(m, "virt-"):
		return boardVirt
	case m == "" && g.Arch == "x86_64":
		return boardQ35
	case m == "" && g.Arch == "aarch64":
		return boardVirt
	}
	return ""
}

// onBoard says that the guests have one of the boards, or may have: which one
// is not known yet.
func onBoard(f family, among ...board) bool {
	b := boardOf(f.spec)
	return b == "" || slices.Contains(among, b)
}

// machine checks the machine type and that it is one of the architecture.
func (v validator) machine(f family) {
	at, m := f.at("machine"), f.spec.Machine
	if !f.layout.said(at) || v.isBroken(at) {
		return
	}
	if !machineForm.MatchString(m) {
		v.value(at, "must be q35, pc or virt, or one of a version such as pc-q35-7.2, got %s%s", quote(m), didYouMean(m, boards))
		return
	}
	virt := boardOf(f.spec) == boardVirt
	switch {
	case f.spec.Arch == "x86_64" && virt:
		v.value(at, "must be q35 or pc, or one of a version, with arch x86_64, got %s", quote(m))
	case f.spec.Arch == "aarch64" && !virt:
		v.value(at, "must be virt, or virt of a version, with arch aarch64, got %s", quote(m))
	}
}
