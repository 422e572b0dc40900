// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"

	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// Lack is one thing that a guest wants and the host does not have.
type Lack struct {
	// Guest and Key are whose and which: a path of the vocabulary below the guest,
	// empty where the text names it.
	Guest string `json:"guest"`
	Key   string `json:"key"`
	// Text is what lacks, and in brackets what to do about it.
	Text string `json:"text"`
}

// Error names the key; whoever prints it names the guest.
func (l Lack) Error() string {
	if l.Key == "" {
		return l.Text
	}
	return "`" + l.Key + "`: " + l.Text
}

// FactsWanted are the facts that decide whether the host has what the guests want.
func FactsWanted(guests []config.Guest, host virt.Host) virt.Wanted {
	var w virt.Wanted
	for _, g := range guests {
		if b := Board(g, host); !slices.Contains(w.Boards, b) {
			w.Boards = append(w.Boards, b)
		}
		for _, d := range g.HostDevices {
			w.PCI = append(w.PCI, d.PCI)
		}
		for _, s := range g.Shares {
			w.ShareLocks = w.ShareLocks || s.PosixLock != nil || s.Flock != nil
		}
	}
	return w
}

// Board is what a guest's devices sit on.
func Board(g config.Guest, host virt.Host) virt.Board {
	b := rendering{desired: Desired{Host: host}, spec: g}.board()
	return virt.Board{Arch: b.arch, Machine: b.machine, Type: b.domainType}
}

// lacking gathers what a host does not have for one guest. What is not known
// of the host is not lacking.
type lacking struct {
	guest    config.Guest
	networks map[string]config.Network
	host     virt.Host
	board    virt.Board
	// has is what libvirt tells of the board; empty where it does not.
	has   virt.BoardFacts
	lacks []Lack
}

// Lacks says what a host does not have for a guest, before anything is built
// or made. It is pure: what is known of the host is in its facts.
func Lacks(g config.Guest, networks map[string]config.Network, host virt.Host) []Lack {
	l := &lacking{guest: g, networks: networks, host: host, board: Board(g, host)}
	if !l.machine() {
		return l.lacks // nothing else is known of such a machine
	}
	l.has = host.Facts.Boards[l.board]
	l.compute()
	l.memory()
	l.firmware()
	l.platform()
	l.graphics()
	l.hostDevices()
	l.disks()
	l.shares()
	l.lacks = append(l.lacks, NVMeLacks(g, host)...)
	for _, text := range NetworkLacks(g, networks, host) {
		l.say("networks", "%s", text)
	}
	return l.lacks
}

func (l *lacking) say(key, format string, args ...any) {
	l.lacks = append(l.lacks, Lack{Guest: l.guest.Name, Key: key, Text: fmt.Sprintf(format, args...)})
}

// without says that a value is not among those that the host offers, of which
// none are known where the list is empty.
func without(offered []string, value string) bool {
	return len(offered) > 0 && !slices.Contains(offered, value)
}

// since says that this libvirt is older than the first one with a feature.
func (l *lacking) since(version uint32) bool {
	return l.host.LibVersion > 0 && l.host.LibVersion < version
}

// needs says which libvirt a key needs, and which this one is.
func (l *lacking) needs(key string, version uint32, advice string) {
	if l.since(version) {
		l.say(key, "needs libvirt %s or later, this is %s (%s)", release(version), release(l.host.LibVersion), advice)
	}
}

// release is libvirt's number of a version, as its first two parts.
func release(v uint32) string { return fmt.Sprintf("%d.%d", v/1000000, v/1000%1000) }

// machine says whether the host has an emulator for the guest's machine.
func (l *lacking) machine() bool {
	machines := l.host.Facts.Machines
	if machines == nil {
		return true
	}
	known, ok := machines[l.board.Arch]
	switch {
	case !ok:
		l.say("arch", "this host has no emulator for %s (install %s)", l.board.Arch, emulatorPackage(l.board.Arch))
	case without(known, l.board.Machine):
		l.say("machine", "this host's QEMU has no machine type %s%s", l.board.Machine, alike(l.board.Machine, known))
		ok = false
	}
	return ok
}

func emulatorPackage(arch string) string {
	if arch == "aarch64" {
		return "qemu-system-arm"
	}
	return "qemu-system-x86"
}

// alike names the machine types of the same family, such as pc-q35-*.
func alike(machine string, known []string) string {
	family := strings.TrimRight(machine, "0123456789.+")
	var same []string
	for _, name := range known {
		if strings.HasPrefix(name, family) {
			same = append(same, name)
		}
	}
	if len(same) == 0 || family == "" {
		return " (`virsh capabilities` lists those that it has)"
	}
	const most = 5
	if len(same) > most {
		same = same[len(same)-most:]
	}
	return " (it has " + strings.Join(same, ", ") + ")"
}
