// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"vmprov/internal/config"
	"vmprov/storage"
)

// Kinds of volumes that hold a private copy of what a guest boots.
const (
	kernelKind = "kernel"
	initrdKind = "initrd"
)

// stagedName is the volume of a private copy: its content is in its name, so
// that what a guest runs and what it boots next lie side by side.
func stagedName(domain, kind string, f BootFile) string {
	return domain + "." + kind + "." + f.digest()
}

// hostKeyName is the volume of the ssh host key that a guest is given.
func hostKeyName(domain string) string { return domain + ".hostkey" }

// stagedFile is a file and the volume that it is copied into.
type stagedFile struct {
	name string
	file BootFile
}

// staged are the private copies that a base needs.
func staged(domain string, b Base) []stagedFile {
	if b.Boot == nil {
		return nil
	}
	var out []stagedFile
	for _, f := range []struct {
		kind string
		file BootFile
	}{{kernelKind, b.Boot.Kernel}, {initrdKind, b.Boot.Initrd}} {
		if f.file.Stage {
			out = append(out, stagedFile{stagedName(domain, f.kind, f.file), f.file})
		}
	}
	return out
}

// bootVolumes are the entries in a mark of what a guest boots from.
func (s *sequence) bootVolumes(m Mark) []Volume {
	var out []Volume
	for _, b := range m.bases() {
		for _, f := range staged(s.domain, b) {
			out = append(out, Volume{Name: f.name})
		}
	}
	if m.HostKey != "" {
		out = append(out, Volume{Name: hostKeyName(s.domain)})
	}
	return out
}

// missingBoot are the volumes that a guest boots from and that are to be made.
// One that a command which was cut short began may be there in part.
func (s *sequence) missingBoot(m Mark) []Op {
	var ops []Op
	open := s.have != nil && s.have.Mark.Intent != IntentNone
	make := func(name string, size uint64, content storage.Content) {
		v := storage.Volume{Name: name, Format: "raw", Capacity: size, Owner: s.d.Host.QEMUUser}
		ops = append(ops, fillVolume{createVolume{s.pool, v, s.ours, s.there(name)}, content})
	}
	for _, f := range staged(s.domain, m.Base) {
		if open || !s.there(f.name) {
			make(f.name, f.file.Size, storage.FileContent(f.file.Path))
		}
	}
	if key := s.d.HostKeys[s.spec.Name]; m.HostKey != "" && m.HostKey == key.Public {
		make(hostKeyName(s.domain), uint64(len(key.Private)), storage.BytesContent(key.Private))
	}
	return ops
}

// keyed is the mark of a guest that is given its host key, or is not. A key
// that a command which was cut short did not hand over whole is made anew.
func (s *sequence) keyed(m Mark, spec config.Guest) Mark {
	if spec.HostKey != config.HostKeyPinned {
		m.HostKey = ""
		return m
	}
	begun := s.have == nil || s.have.Mark.Intent == IntentCreate || s.have.Mark.Intent == IntentChange && s.have.Mark.HostKey == ""
	if m.HostKey == "" || begun || !s.there(hostKeyName(s.domain)) {
		m.HostKey = s.d.HostKeys[spec.Name].Public
	}
	return m
}

// stale are volumes that the guest booted from and that nothing needs any more,
// and console logs of boots that are long ago.
func (s *sequence) stale(m Mark) []string {
	needed := s.bootVolumes(m)
	out := s.oldLogs(m)
	for _, v := range m.Volumes {
		if v.Disk == "" && s.isBootVolume(v.Name) && !slices.ContainsFunc(needed, func(n Volume) bool { return n.Name == v.Name }) {
			out = append(out, v.Name)
		}
	}
	return out
}

func (s *sequence) isBootVolume(name string) bool {
	rest, ours := strings.CutPrefix(name, s.domain+".")
	return ours && (strings.HasPrefix(rest, kernelKind+".") || strings.HasPrefix(rest, initrdKind+".")) || name == hostKeyName(s.domain)
}

// booting is the mark with what the guest boots next. What a guest that goes on
// running has stays until it is off.
func (s *sequence) booting(m Mark, spec config.Guest, runs bool) Mark {
	m = s.keyed(m, spec)
	b, known := s.d.boot(spec)
	if !known {
		return s.offMark(m, runs)
	}
	next := m.Base
	if next.Boot = b; spec.Imageless != nil {
		next = Base{StorePath: b.Closure, Boot: b}
	}
	if runs && next.differs(m.Base) && m.Runs == nil {
		had := m.Base
		m.Runs = &had
	}
	if m.Runs != nil && !next.differs(*m.Runs) {
		m.Runs = nil
	}
	m.Base = next
	return s.offMark(m, runs)
}

// offMark is the mark of a guest that is off, unless it runs.
func (s *sequence) offMark(m Mark, runs bool) Mark {
	if runs {
		return m
	}
	m.Runs, m.Switched = nil, nil
	return s.logged(m)
}

// newBoot is what a guest boots otherwise than it was told to: the closure, the
// kernel, the initrd or the modules.
func newBoot(had Base, next *Boot) []config.Change {
	var before, after Boot
	if had.Boot != nil {
		before = *had.Boot
	}
	if next != nil {
		after = *next
	}
	var changes []config.Change
	add := func(path, old, now string) {
		changes = append(changes, config.Change{Path: path, Old: old, New: now, Effect: config.EffectNextBoot})
	}
	if before.Closure != after.Closure {
		add("closure", before.Closure, after.Closure)
	}
	if before.Kernel.Identity != after.Kernel.Identity {
		old, now := before.kernelWords(), after.kernelWords()
		if old == now {
			now += ", built anew"
		}
		add("kernel image", old, now)
	}
	// A closure's own initrd changes with it.
	if before.Initrd.Identity != after.Initrd.Identity && before.Closure == after.Closure {
		add("initrd image", before.Initrd.Path, after.Initrd.Path)
	}
	return changes
}

// kernelWords is a kernel for people: its release, else its path.
func (b Boot) kernelWords() string {
	if b.Release != "" {
		return b.Release
	}
	return b.Kernel.Path
}

// bootWords says what a guest boots otherwise; empty where that is the same.
func bootWords(had, next Base) string {
	var words []string
	for _, c := range newBoot(had, next.Boot) {
		words = append(words, fmt.Sprintf("%s %s -> %s", c.Path, cmp.Or(c.Old, "(none)"), cmp.Or(c.New, "(none)")))
	}
	return strings.Join(words, ", ")
}

// bootPaths names what a guest boots next otherwise than it runs.
func bootPaths(runs, next Base) []string {
	var out []string
	for _, c := range newBoot(runs, next.Boot) {
		out = append(out, c.Path)
	}
	return out
}
