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
	// Canary recycles the first guest that gets a new image alone; the others
	// of that image follow when it is ready.
	Canary bool
	Adopt  bool
}

// DiffRecycle plans a new root overlay for the selected guests, on the image
// that d.Images has, or where that has none on the image they have.
func DiffRecycle(d Desired, o Observed, opts RecycleOptions) (*Plan, error) {
	b, err := newDeclared(d, o, opts.Selected, opts.Adopt)
	if err != nil {
		return nil, err
	}
	canaries := canaries{}
	for _, spec := range opts.Selected {
		s := b.sequence(spec)
		s.recycleGuest(canaries, opts.Canary)
		s.finish()
	}
	for _, name := range b.orphans() {
		b.orphan(name, false)
	}
	b.scale()
	return b.prune(), nil
}

// canaries are the actions that say that a new image works, by its identity.
type canaries map[string]ID

func (s *sequence) recycleGuest(canaries canaries, canary bool) {
	if s.have == nil {
		s.block(s.absent())
		return
	}
	m := s.have.Mark
	applied, err := m.Spec()
	switch {
	case err != nil:
		s.block(err)
	case m.Intent == IntentDestroy, m.Intent == IntentKeep:
		s.block(fmt.Errorf("its removal was not finished (`vmprov destroy %s`, or `vmprov up %s` to make it anew)", s.spec.Name, s.spec.Name))
	case m.Wanted == WantedStopped:
		s.leaveStopped(applied)
	case m.Intent == IntentRollback:
		s.rollback(m, applied, nil, true)
		s.gp.Outcome = Completed
	case m.Intent == IntentCreate:
		// A guest that was never finished is as pristine as it can be.
		s.bring(UpOptions{})
	default:
		s.recycleExisting(m, applied, canaries, canary)
	}
}

func (s *sequence) recycleExisting(m Mark, applied config.Guest, canaries canaries, canary bool) {
	c := s.compare(m, applied)
	s.gp.Changes = c.changes
	if c.recreate != "" {
		s.block(s.needsRecreate(c))
		return
	}
	if edits := s.have.Edited(s.d.Host.LibVersion); len(edits) > 0 {
		s.noteEdits(edits)
		s.block(s.needsRestore())
		return
	}
	from, to := m.Base, c.base
	if m.Intent == IntentRecycle {
		from, to = *m.PreviousBase, m.Base
	}
	watched := canary && from.differs(to)
	if watched {
		s.tail = append(s.tail, canaries[to.whole()])
	}
	ready := s.recycle(recycleOptions{base: c.base, wanted: m.Wanted, wait: true})
	if watched && canaries[to.whole()] == 0 {
		canaries[to.whole()] = ready
	}
}

type recycleOptions struct {
	base   Base
	wanted Wanted
	wait   bool
}

// recycle gives the guest a new root overlay, or carries on where a recycle
// stopped, and gives the action that says that the guest is ready; 0 where it
// is blocked. The old overlay goes only after that; on a new image that does
// not get ready the guest goes back to it.
func (s *sequence) recycle(o recycleOptions) ID {
	if err := s.stops(); err != nil {
		s.block(err)
		return 0
	}
	m := s.have.Mark
	applied, err := m.Spec()
	if err != nil {
		s.block(err)
		return 0
	}
	if m.Intent != IntentRecycle {
		previous := m.Base
		m.Previous, m.PreviousBase = m.Generation, &previous
		m.Generation, m.Base, m.Intent = m.next(), o.base, IntentRecycle
	}
	if m = s.keyed(m, s.spec); !(s.have.Active && s.onGeneration(m)) {
		m = s.logged(m)
	}
	m = s.owning(m, s.spec)
	if err := s.foreign(m); err != nil {
		s.block(err)
		return 0
	}
	m.Wanted = o.wanted
	s.then(setMark{s.uuid, m, "note the recycle"}, s.recycleCause(m))
	m, begun, ready := s.swap(m, applied, o.wait)
	if m.PreviousBase.differs(m.Base) {
		s.note("%s", s.recycleCause(m))
		s.rollback(m, applied, &trial{begun, ready}, false)
	}
	m = s.dropRoot(m, m.Previous, "the guest is ready on the new one")
	m.Previous, m.PreviousBase = 0, nil
	s.commit(m)
	s.gp.Outcome = Recycled
	if s.gp.Blocked != nil {
		return 0
	}
	return ready
}

// dropRoot deletes a root overlay that is out of use, of a guest that has any.
func (s *sequence) dropRoot(m Mark, generation int, cause string) Mark {
	if m.Base.imageless() {
		return m
	}
	name := s.rootVolume(generation)
	s.then(deleteVolume{s.pool.Name, name}, cause)
	return m.without(name)
}

func (s *sequence) recycleCause(m Mark) string {
	if words := bootWords(*m.PreviousBase, m.Base); words != "" {
		return words
	}
	if m.Base.imageless() {
		return "same closure, " + m.Base.StorePath
	}
	if m.PreviousBase.Identity == m.Base.Identity {
		return "same image, " + describeImage(m.Base)
	}
	return fmt.Sprintf("image %s -> %s", describeImage(*m.PreviousBase), describeImage(m.Base))
}

// swap puts the guest on the overlay of the mark's generation and starts it.
// Overlay and base change in one definition. It gives the mark as the
// definition has it, the last action before the guest is touched for good, and
// the one that says that it is ready.
func (s *sequence) swap(m Mark, applied config.Guest, wait bool) (_ Mark, begun, ready ID) {
	swapped := s.onGeneration(m)
	if swapped && s.have.Active {
		begun = s.tail[0]
		return m, begun, s.wait(s.running(), s.spec)
	}
	if s.have.Active {
		s.shutdown(applied, "")
	}
	begun = s.tail[0]
	var gone []string
	if !swapped {
		gone = s.renewed()
		var deletes []Op
		for _, name := range gone {
			deletes = append(deletes, deleteVolume{s.pool.Name, name})
		}
		s.each(deletes, "renewed by recycle")
		m = s.renew(m, applied)
	}
	m.Runs = nil
	c := s.compare(s.have.Mark, applied)
	// Grown disks first: the new spec says their new size.
	s.grow(c.grown, gone...)
	m.Keys = append(slices.Clone(m.Keys), c.keys...)
	m.Applied, m.Version = encodeSpec(s.spec), s.d.Version
	// The overlay is made before the definition names it.
	s.each(s.missing(m, s.spec, gone...), "not there yet")
	cause := "new root overlay"
	if m.Base.imageless() {
		cause = "what it boots now"
	}
	s.define(m, s.spec, cause)
	if c.autostart {
		s.then(setAutostart{s.uuid, s.spec.Autostart}, "autostart changed")
	}
	s.then(commitMark{s.uuid, m}, "")
	return m, begun, s.start(m, s.spec, "", wait)
}

// onGeneration says that the guest is on the mark's generation already: its
// definition names that overlay, or without an image it runs as that.
func (s *sequence) onGeneration(m Mark) bool {
	if m.Base.imageless() {
		return s.have.Live != nil && s.have.Live.Generation == m.Generation
	}
	return s.have.Root.Path == s.pool.Volume(s.rootVolume(m.Generation))
}

// missingBack are the volumes that a way back needs: the console log of another
// boot, and where it is carried on, what an earlier command did not make.
func (s *sequence) missingBack(back Mark, applied config.Guest, planned bool) []Op {
	if !planned {
		return s.missing(back, applied)
	}
	if back.Console == "" {
		return nil
	}
	return []Op{createVolume{s.pool, s.console(back), s.ours, false}}
}

// trial is a boot on a new image: begun is done when the old overlay is out of
// use, ready when the new one works.
type trial struct{ begun, ready ID }

// rollback goes back to the overlay that the guest had. With a trial it is
// planned for the case that it fails, beside what follows when it does not;
// else it is carried on, and wait says whether until the guest is ready.
func (s *sequence) rollback(m Mark, applied config.Guest, t *trial, wait bool) {
	tail := s.tail
	back := m
	if m.Intent != IntentRollback {
		back.Generation, back.Previous = m.Previous, m.Generation
		back.Base, back.PreviousBase = *m.PreviousBase, &m.Base
		back.Intent, back.Applied = IntentRollback, encodeSpec(applied)
	}
	back.Highest = max(back.Highest, back.Previous)
	cause := ""
	if t != nil {
		s.tail, cause = []ID{t.begun}, "the guest did not get ready on the new image"
	} else if err := s.stops(); err != nil {
		s.block(err)
		return
	}
	back.Runs = nil
	back = s.owning(s.logged(back), applied)
	had := "the overlay it had"
	if back.Base.imageless() {
		had = "what it booted before"
	}
	first := s.then(setMark{s.uuid, back, "go back to " + had}, cause)
	if t != nil && first != 0 {
		s.plan.Actions[first-1].IfFailed = t.ready
	}
	s.then(destroyDomain{s.uuid, s.domain}, "")
	s.each(s.missingBack(back, applied, t != nil), "not there yet")
	s.define(back, applied, had)
	back = s.dropRoot(back, back.Previous, "given up")
	back.Previous, back.PreviousBase = 0, nil
	s.commit(back)
	if back.Wanted == WantedRunning {
		asked := s.demand
		s.start(back, applied, "", wait)
		if t != nil {
			s.demand = asked // it is one guest that runs, whichever way it goes
		}
	}
	if s.gp.Blocked == nil {
		s.tail = tail
	}
}
