// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"

	"vmprov/internal/config"
)

// RecycleOptions are what a recycle does.
type RecycleOptions struct {
	Selected []config.Guest
	Named    map[string]bool
	// Canary recycles the first guest that gets a new image alone; the others
	// follow when it is ready.
	Canary bool
	Adopt  bool
}

// DiffRecycle plans a new root overlay for the selected guests, on the image
// that d.Images has, or where that has none on the image they have.
func DiffRecycle(d Desired, o Observed, opts RecycleOptions) (*Plan, error) {
	if err := checkOrigin(d, o, opts.Adopt); err != nil {
		return nil, err
	}
	b := newBuilder(d, o)
	b.resolvePool(true)
	b.resolveNetworks(opts.Selected)
	var canary ID
	for _, spec := range opts.Selected {
		s := b.sequence(spec)
		s.tail = append(s.tail, canary)
		last := s.recycleGuest()
		if canary == 0 && opts.Canary {
			canary = last
		}
		s.finish()
	}
	for _, name := range b.orphans() {
		b.orphan(name, false)
	}
	b.scale()
	return b.prune(), nil
}

// recycleGuest plans one guest, and gives the action that says that a new
// image works; 0 where there is none.
func (s *sequence) recycleGuest() ID {
	if s.have == nil {
		s.block(fmt.Errorf("guest `%s` does not exist (make it with `vmprov up %s`)", s.spec.Name, s.spec.Name))
		return 0
	}
	m := s.have.Mark
	applied, err := m.Spec()
	switch {
	case err != nil:
		s.block(err)
	case m.Wanted == WantedStopped && m.Intent == IntentNone:
		s.leaveStopped(applied)
	case m.Intent == IntentDestroy:
		s.block(fmt.Errorf("its removal was not finished (`vmprov destroy %s`, or `vmprov up %s` to make it anew)", s.spec.Name, s.spec.Name))
	case m.Intent == IntentRollback:
		s.rollback(m, applied, nil)
		s.gp.Outcome = Completed
	case m.Intent == IntentCreate:
		// A guest that was never finished is as pristine as it can be.
		s.bring(UpOptions{})
	default:
		return s.recycleExisting(m, applied)
	}
	return 0
}

func (s *sequence) recycleExisting(m Mark, applied config.Guest) ID {
	c := s.compare(m, applied)
	s.gp.Changes = c.changes
	if c.recreate != "" {
		s.block(fmt.Errorf("%s cannot be changed on the disk that exists (`vmprov up --recreate %s`)", c.recreate, s.spec.Name))
		return 0
	}
	if edits := s.edited(); len(edits) > 0 {
		for _, edit := range edits {
			s.note("changed by hand: %s", edit)
		}
		s.block(fmt.Errorf("its definition was changed by hand, which a recycle would undo (`vmprov up --restore %s` first)", s.spec.Name))
		return 0
	}
	base := c.base
	if base.Path == "" {
		base = m.Base
	}
	fresh := base.Identity != m.Base.Identity || (m.PreviousBase != nil && m.PreviousBase.Identity != m.Base.Identity)
	ready := s.recycle(recycleOptions{base: base, wanted: m.Wanted, wait: true})
	if !fresh {
		return 0
	}
	return ready
}

type recycleOptions struct {
	base   Base
	wanted Wanted
	wait   bool
}

// recycle gives the guest a new root overlay, or carries on where a recycle
// stopped, and gives the action that says that the guest is ready. The old
// overlay goes only after that; on a new image that does not get ready the
// guest goes back to it.
func (s *sequence) recycle(o recycleOptions) ID {
	if err := s.stops(s.spec); err != nil {
		s.block(err)
		return 0
	}
	applied, err := s.have.Mark.Spec()
	if err != nil {
		s.block(err)
		return 0
	}
	m := s.have.Mark
	if m.Intent != IntentRecycle {
		previous := m.Base
		m.Previous, m.PreviousBase = m.Generation, &previous
		m.Generation, m.Base, m.Intent = m.Generation+1, o.base, IntentRecycle
	}
	m = s.owning(m, s.spec)
	if err := s.foreign(m); err != nil {
		s.block(err)
		return 0
	}
	m.Wanted = o.wanted
	s.then(setMark{s.uuid, m, "note the recycle"}, s.recycleCause(m))
	ready := s.swap(m, applied, o.wait)
	if ready == 0 {
		return 0 // blocked
	}
	if m.PreviousBase.Identity != m.Base.Identity {
		s.rollback(m, applied, &ready)
	}
	s.tail = []ID{ready}
	s.then(deleteVolume{s.pool.Name, s.rootVolume(m.Previous)}, "the guest is ready on the new one")
	old := s.rootVolume(m.Previous)
	m.Previous, m.PreviousBase = 0, nil
	s.commit(m.without(old))
	s.gp.Outcome = Recycled
	return ready
}

func (s *sequence) recycleCause(m Mark) string {
	if m.PreviousBase.Identity == m.Base.Identity {
		return "same image, " + describeImage(m.Base)
	}
	return fmt.Sprintf("image %s -> %s", describeImage(*m.PreviousBase), describeImage(m.Base))
}

// swap puts the guest on the overlay of the mark's generation and starts it.
// Overlay and base change in one definition.
func (s *sequence) swap(m Mark, applied config.Guest, wait bool) ID {
	swapped := s.have.Root.Path == s.pool.Volume(s.rootVolume(m.Generation))
	active := s.have.Active
	var gone []string
	if !swapped {
		gone = s.renewed()
		if active {
			s.shutdown(applied, "")
			active = false
		}
		var deletes []Op
		for _, name := range gone {
			deletes = append(deletes, deleteVolume{s.pool.Name, name})
		}
		s.each(deletes, "renewed by recycle")
	}
	if !active {
		// Grown disks first: the new spec says their new size.
		c := s.compareQuietly(applied)
		s.grow(c)
		m.Keys = append(slices.Clone(m.Keys), c.keys...)
		m.Applied, m.Origin, m.Version = encodeSpec(s.spec), s.d.Origin, s.d.Version
		// The overlay is made before the definition names it.
		s.each(s.missing(m, s.spec, gone...), "not there yet")
		if !s.define(m, s.spec, "new root overlay") {
			return 0
		}
		s.then(commitMark{s.uuid, m}, "")
		return s.start(m, s.spec, "", wait)
	}
	return s.wait(s.running(m), s.spec, s.keyless())
}

// compareQuietly is compare without its notes, which were made before.
func (s *sequence) compareQuietly(applied config.Guest) comparison {
	notes := s.gp.Notes
	c := s.compare(s.have.Mark, applied)
	s.gp.Notes = notes
	return c
}

// renewed are the volumes of data disks that a recycle makes anew.
func (s *sequence) renewed() []string {
	var out []string
	for _, d := range s.spec.Disks {
		if (d.Persist != nil && !*d.Persist) || slices.Contains(s.spec.Recycle.Disks, d.Name) {
			if name := config.VolumeName(s.domain, d.Name, d.Format); s.pool.Volumes[name] {
				out = append(out, name)
			}
		}
	}
	return out
}

// rollback goes back to the overlay that the guest had. With failed it is
// planned for the case that this action fails; else it is carried on.
func (s *sequence) rollback(m Mark, applied config.Guest, failed *ID) {
	tail := s.tail
	back := m
	if m.Intent != IntentRollback {
		back.Generation, back.Previous = m.Previous, m.Generation
		back.Base, back.PreviousBase = *m.PreviousBase, &m.Base
		back.Intent, back.Applied = IntentRollback, encodeSpec(applied)
	}
	if failed != nil {
		s.tail = nil
	}
	first := s.then(setMark{s.uuid, back, "go back to the overlay it had"}, "")
	if failed != nil {
		s.plan.Actions[first-1].Cause = "the guest did not get ready on the new image"
		s.plan.Actions[first-1].IfFailed = *failed
	}
	s.then(destroyDomain{s.uuid, s.domain}, "")
	if !s.define(back, applied, "the overlay it had") {
		return
	}
	dropped := s.rootVolume(back.Previous)
	s.then(deleteVolume{s.pool.Name, dropped}, "given up")
	back.Previous, back.PreviousBase = 0, nil
	s.commit(back.without(dropped))
	if back.Wanted == WantedRunning {
		s.start(back, applied, "", false)
	}
	s.tail = tail
}
