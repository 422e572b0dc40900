// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// The versions of libvirt that brought a feature (its news page).
const (
	versionThreadPool = 8005000
	versionIDMap      = 10000000
)

func (l *lacking) shares() {
	if len(l.guest.Shares) == 0 {
		return
	}
	if (l.known() && !l.has.VirtioFS) || (!l.known() && !l.host.VirtioFS && l.host.Emulator != "") {
		l.say("shares", "this libvirt offers no virtiofs (install virtiofsd)")
		return
	}
	if without(l.has.MemorySources, "memfd") && (l.guest.MemoryBacking == nil || l.guest.MemoryBacking.Source != "file") {
		l.say("shares", "this libvirt has no memfd, which a share needs (use `memoryBacking: {source: file}`)")
	}
	for _, s := range l.guest.Shares {
		key := "shares." + s.Tag
		if s.ThreadPool != nil {
			l.needs(key+".threadPool", versionThreadPool, "leave it out")
		}
		if s.IDMap != nil {
			l.needs(key+".idmap", versionIDMap, "leave it out")
		}
		if why := l.host.Facts.NoShareLocks; why != "" && s.PosixLock != nil {
			l.say(key+".posixLock", "%s", why)
		} else if why != "" && s.Flock != nil {
			l.say(key+".flock", "%s", why)
		}
	}
}

// HostNotes say what this host does in another way than a guest may expect.
func HostNotes(g config.Guest, host virt.Host) []string {
	var out []string
	for _, s := range g.Shares {
		if s.ReadOnly && !host.ReadOnlyVirtioFS {
			out = append(out, "share `"+s.Tag+"` is read-only by the guest's own mount alone: only libvirt 11.0 and later refuses its writes itself")
		}
	}
	return out
}

func (l *lacking) disks() {
	for _, d := range l.guest.Disks {
		if d.IO == "io_uring" && l.host.Facts.NoIOUring != "" {
			l.say("disks."+d.Name+".io", "%s", l.host.Facts.NoIOUring)
		}
	}
}
