// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"slices"

	"vmprov/internal/config"
)

// bring brings a guest that exists to what is declared.
func (s *sequence) bring(opts UpOptions) {
	m := s.have.Mark
	applied, err := m.Spec()
	if err != nil {
		s.block(err)
		return
	}
	if s.have.Kept() {
		s.revive(opts, m, applied)
		return
	}
	if m.Wanted == WantedStopped && !opts.Named[s.spec.Name] {
		s.leaveStopped(applied)
		return
	}
	if err := s.o.Bootless[s.spec.Name]; err != nil {
		s.block(err)
		return
	}
	c := s.compare(m, applied)
	s.gp.Changes = c.changes
	if err := s.judgeEdits(opts.Restore, &c); err != nil {
		s.block(err)
		return
	}
	s.noteLost()
	if s.have.Transient && !c.restore && (c.autostart || c.other || c.open || m.Wanted == WantedStopped) {
		s.block(s.needsRestore())
		return
	}
	recycles := m.Intent == IntentRecycle || (opts.Recycle && c.recycle)
	if !recycles {
		s.noteImage(c)
	}
	switch {
	case c.recreate != "":
		s.block(s.needsRecreate(c))
	case m.Intent == IntentRollback:
		s.rollback(m, applied, nil, !opts.NoWait)
		s.gp.Outcome = Completed
	case recycles && c.byHand:
		s.block(s.needsRestore())
	case recycles:
		s.recycle(recycleOptions{base: c.base, wanted: WantedRunning, wait: !opts.NoWait})
	case s.have.Active:
		s.bringRunning(opts, m, applied, c)
	default:
		s.bringStopped(opts, m, applied, c)
	}
}

// judgeEdits notes what was changed by hand and what becomes of it: it is
// undone, left, or stops the guest where its spec changed too.
func (s *sequence) judgeEdits(restore bool, c *comparison) error {
	edits := s.have.Edited(s.d.Host.LibVersion)
	if len(edits) == 0 {
		return nil
	}
	if restore {
		c.restore = true
		for _, edit := range edits {
			s.note("undoes the change by hand: %s", edit)
		}
		return nil
	}
	s.noteEdits(edits)
	if c.nextBoot || c.live {
		return errors.New("its definition was changed by hand and its spec changed too (see both above; `--restore` writes vmprov's definition)")
	}
	s.note("nothing is undone without `--restore`")
	if c.byHand = true; len(c.keys) > 0 {
		s.note("new ssh keys are not added either")
		c.keys = nil
	}
	return nil
}

// noteLost says which volumes are made anew, without what was on them.
func (s *sequence) noteLost() {
	for _, name := range s.o.Lost(*s.have) {
		if s.have.Active {
			s.note("volume `%s` was deleted by hand: the guest has it until it stops, and a new one from its next start on", name)
		} else {
			s.note("volume `%s` was deleted by hand: a new one is made, without what was on it", name)
		}
	}
}

func (s *sequence) needsRestore() error {
	if s.have.Transient {
		return fmt.Errorf("it was undefined by hand while it runs (`vmprov up --restore %s` defines it again)", s.spec.Name)
	}
	return fmt.Errorf("its definition was changed by hand, which a recycle would undo (`vmprov up --restore %s` first)", s.spec.Name)
}

func (s *sequence) noteEdits(edits []string) {
	for _, edit := range edits {
		s.note("changed by hand: %s", edit)
	}
}

func (s *sequence) needsRecreate(c comparison) error {
	return fmt.Errorf("%s cannot be changed on the disk that exists (`vmprov up --recreate %s` makes the guest anew and loses its data disks)",
		c.recreate, s.spec.Name)
}

// noteImage says that the guest is left on another image than the newest.
func (s *sequence) noteImage(c comparison) {
	if c.newImage {
		s.note("new image: %s -> %s (%s: `vmprov up --recycle` or `vmprov recycle`)", describeImage(s.have.Mark.Base), describeImage(c.base), config.EffectRecycle)
	}
	s.noteDiskImages(c.diskImages)
}

// leaveStopped leaves a guest that its user stopped as it is.
func (s *sequence) leaveStopped(applied config.Guest) {
	c := s.compare(s.have.Mark, applied)
	s.gp.Changes = c.changes
	if !c.open {
		s.noteImage(c)
	}
	if s.have.Active {
		s.note("its user stopped it, yet it runs")
	}
	s.gp.Outcome = LeftStopped
	if intent := s.have.Mark.Intent; intent != IntentNone {
		s.note("unfinished %s, which its next start carries on", intent)
	}
	s.note("its user stopped it (`vmprov up %s` or `vmprov start %s` starts it)", s.spec.Name, s.spec.Name)
}

// revive makes a guest anew around the data disks that a destroy kept: on a
// root overlay of the next generation, since it is a new host.
func (s *sequence) revive(opts UpOptions, m Mark, applied config.Guest) {
	c := s.compare(m, applied)
	s.gp.Changes = c.changes
	if c.recreate != "" {
		s.block(s.needsRecreate(c))
		return
	}
	m.Generation, m.Base = m.next(), c.base
	s.boot(opts, m, s.spec, c)
	s.gp.Outcome = Created
}

// change writes the definition and makes what it lacks.
// runs says that the guest goes on running with what it has.
func (s *sequence) change(m Mark, spec config.Guest, c comparison, runs bool, cause string) Mark {
	m = s.owning(s.booting(m, spec, runs), spec)
	if err := s.foreign(m); err != nil {
		s.block(err)
		return m
	}
	m.Intent = IntentChange
	m.Keys = append(slices.Clone(m.Keys), c.keys...)
	m.Applied, m.Version = encodeSpec(spec), s.d.Version
	if s.define(m, spec, cause) {
		s.each(s.missing(m, spec), "not there yet")
	}
	return m
}

func (s *sequence) bringStopped(opts UpOptions, m Mark, applied config.Guest, c comparison) {
	if root := s.rootVolume(m.Generation); !c.byHand && slices.Contains(s.o.Lost(*s.have), root) {
		// What is made is a new host, whose key nobody has accepted yet.
		m = m.without(root)
		m.Generation = m.next()
	}
	s.boot(opts, m, s.merged(applied), c)
	s.gp.Outcome = Started
	if c.open {
		s.gp.Outcome = Completed
	}
}

// boot writes the definition of a guest that is off, unless it was changed by
// hand, and starts it.
func (s *sequence) boot(opts UpOptions, m Mark, spec config.Guest, c comparison) {
	if err := s.stops(); err != nil {
		s.block(err)
		return
	}
	s.grow(c.grown)
	m.Wanted = WantedRunning
	if c.byHand {
		m.Applied = encodeSpec(spec)
		s.then(setMark{s.uuid, m, "note that it is wanted running"}, "")
	} else {
		m = s.change(m, spec, c, false, "taken up before the start")
	}
	if c.autostart || spec.Autostart {
		s.then(setAutostart{s.uuid, spec.Autostart}, "autostart")
	}
	if !c.byHand {
		s.commit(m)
	}
	s.start(m, spec, s.have.State, !opts.NoWait)
}
