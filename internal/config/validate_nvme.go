// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

const (
	// maxNamespaces is how many a controller or subsystem has (QEMU's NVME_MAX_NAMESPACES).
	maxNamespaces = 256
	// maxControllers is how many a subsystem has (NVME_MAX_CONTROLLERS of QEMU up to 7.x, 256 since).
	maxControllers = 32
	// defaultMDTS is QEMU's default of mdts.
	defaultMDTS = 7
	// qemuNQN is what QEMU puts before the name of a subsystem.
	qemuNQN = "nqn.2019-08.org.qemu:"
	// maxNQN is the length of an NQN (NVM Express base specification).
	maxNQN = 223
)

var nqnForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.:_-]*$`)

// nvme checks the controllers and subsystems of a guest, and its namespaces
// against each other.
func (v validator) nvme(f family, namespaces []nvmeNamespace) {
	v.namespaceIDs(f, namespaces)
	if f.spec.NVMe == nil || v.isBroken(f.at("nvme")) {
		return
	}
	u := usesOf(f.spec)
	// Who names what is known only where all names could be read.
	u.known = !v.hasBroken(f.at("nvme")) && !v.hasBroken(f.at("disks"))
	for _, name := range sortedKeys(f.spec.NVMe.Controllers) {
		v.nvmeController(f, name, u)
	}
	for _, name := range sortedKeys(f.spec.NVMe.Subsystems) {
		v.nvmeSubsystem(f, name, u)
	}
	v.handleFormats(f)
}

// namespaceIDs checks that no two namespaces of a controller or subsystem have
// the same id.
func (v validator) namespaceIDs(f family, namespaces []nvmeNamespace) {
	type id struct {
		group nvmeGroup
		nsid  int
	}
	owner := map[id]string{}
	full := map[nvmeGroup]bool{}
	for i, n := range namespaces {
		d, at := f.spec.Disks[i], f.diskAt(i)
		group := d.group(f.spec)
		if !n.shared || full[group] || v.isBroken(at+".nsid") {
			continue
		}
		if n.nsid > maxNamespaces {
			full[group] = true
			v.key(at, "must not be one of more than %d namespaces of %s", maxNamespaces, group.words())
			continue
		}
		key := id{group, n.nsid}
		if other, taken := owner[key]; taken {
			v.value(at+".nsid", "must be an id of its own on %s, got %d, which is that of disk %s", group.words(), n.nsid, other)
			continue
		}
		owner[key] = d.Name
	}
}

// words name a group in a message.
func (g nvmeGroup) words() string {
	if g.subsystem != "" {
		return "subsystem " + g.subsystem
	}
	return "controller " + g.controller
}

// nvmeUses is who names each controller and subsystem of a guest.
type nvmeUses struct {
	// How many disks name each controller, and each subsystem.
	ofController, ofSubsystem map[string]int
	// controllers are how many paths each subsystem has.
	controllers map[string]int
	known       bool
}

func usesOf(g Guest) nvmeUses {
	u := nvmeUses{ofController: map[string]int{}, ofSubsystem: map[string]int{}, controllers: map[string]int{}}
	for _, d := range g.Disks {
		u.ofController[d.Controller]++
		u.ofSubsystem[d.Subsystem]++
	}
	for _, c := range g.NVMe.Controllers {
		u.controllers[c.Subsystem]++
	}
	return u
}

func (v validator) nvmeController(f family, name string, u nvmeUses) {
	at := join(f.at("nvme.controllers"), name)
	c := f.spec.NVMe.Controllers[name]
	v.name(at, name)
	if u.known && u.ofController[name] == 0 && (c.Subsystem == "" || u.ofSubsystem[c.Subsystem] == 0) {
		v.key(at, "must have a disk: name it as the `controller` of one, or its subsystem as the `subsystem`")
	}
	v.controllerSubsystem(f, c, at)
	v.controllerSerial(f, c, at)
	if v.layout.said(at+".cmbSize") && !isCMB(c.CMBSize) {
		v.value(at+".cmbSize", "must be a power of two of at least 1MiB, got %s", c.CMBSize)
	}
	mdts := defaultMDTS
	if c.MDTS != nil {
		mdts = *c.MDTS
	}
	if c.ZASL != nil && *c.ZASL > mdts && !v.isBroken(at+".mdts") {
		v.value(at+".zasl", "must be at most mdts, which is %d, got %d", mdts, *c.ZASL)
	}
	if a := c.Atomic; a != nil && a.AWUPF > a.AWUN && !v.isBroken(at+".atomic.awun") {
		v.value(at+".atomic.awupf", "must be at most awun, which is %d, got %d", a.AWUN, a.AWUPF)
	}
}

// isCMB says that a controller memory buffer may have a size: it is a PCI BAR
// that QEMU is told in MiB.
func isCMB(size Size) bool { return size >= mebibyte && size&(size-1) == 0 }

// controllerSubsystem checks the subsystem that a controller names.
func (v validator) controllerSubsystem(f family, c NVMeController, at string) {
	if at += ".subsystem"; v.layout.said(at) {
		v.knownSubsystem(f, c.Subsystem, at)
	}
}

// knownSubsystem checks the name of a subsystem.
func (v validator) knownSubsystem(f family, name, at string) {
	var known []string
	if f.spec.NVMe != nil {
		known = sortedKeys(f.spec.NVMe.Subsystems)
	}
	if !slices.Contains(known, name) && !v.isBroken(f.at("nvme")) {
		v.value(at, "must be a subsystem of the guest (%s), got %s%s",
			cmp.Or(strings.Join(known, ", "), "it has none: declare it in `nvme.subsystems`"), quote(name), didYouMean(name, known))
	}
}

// controllerSerial checks a controller's own serial. QEMU wants one for all
// controllers of a subsystem.
func (v validator) controllerSerial(f family, c NVMeController, at string) {
	at += ".serial"
	if !v.layout.said(at) {
		return
	}
	v.serialForm(at, c.Serial)
	if c.Subsystem == "" {
		return
	}
	if want := f.spec.SubsystemSerial(c.Subsystem); c.Serial != want {
		v.value(at, "must be that of every controller of subsystem %s, which is %s, got %s", c.Subsystem, quote(want), quote(c.Serial))
	}
}

func (v validator) nvmeSubsystem(f family, name string, u nvmeUses) {
	at := join(f.at("nvme.subsystems"), name)
	s := f.spec.NVMe.Subsystems[name]
	v.name(at, name)
	switch n := u.controllers[name]; {
	case n == 0 && u.known:
		v.key(at, "must have a controller: name it as the `subsystem` of one")
	case n > maxControllers:
		v.key(at, "must have at most %d controllers, got %d", maxControllers, n)
	}
	if v.layout.said(at + ".nqn") {
		v.nqn(s.NQN, at+".nqn")
	}
	if s.FDP != nil {
		v.placements(*s.FDP, at+".fdp")
	}
}

// nqn checks what follows QEMU's own part of a qualified name, which may be
// written in front.
func (v validator) nqn(nqn, at string) {
	own := strings.TrimPrefix(nqn, qemuNQN)
	switch {
	case !nqnForm.MatchString(own) || strings.HasPrefix(own, "nqn."):
		v.value(at, "must be a name of letters, digits and `.:_-` below %s, got %s", quote(qemuNQN), quote(nqn))
	case len(qemuNQN)+len(own) > maxNQN:
		v.value(at, "must have at most %d characters, got %d", maxNQN, len(qemuNQN)+len(own))
	}
}
