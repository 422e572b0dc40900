// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"time"

	"vmprov/internal/config"
)

// RecycleOptions are what a recycle does.
type RecycleOptions struct {
	Selected []config.Guest
	// Canary is how many guests of each new image go first; the others of that
	// image follow when all of them are ready.
	Canary int
	// MaxUnavailable is how many guests are down or not ready at a time; 0 for
	// any number. Those that were so before go first.
	MaxUnavailable int
	// OnFailure is what becomes of a guest that fails, and of the others.
	OnFailure OnFailure
	// Grace is how long a guest may take to power off, in place of its own
	// stopTimeout; 0 for that.
	Grace time.Duration
	// Bounded says that not all guests are worked on at once.
	Bounded bool
	Adopt   bool
}

// OnFailure is what a recycle does about a guest that does not get ready.
type OnFailure string

// Ways to go on.
const (
	// Rollback: on a new image it goes back to what it had, and guests of that
	// image whose turn has not come are left as they are. The default.
	Rollback OnFailure = "rollback"
	// Stop: it is left for a look at it, and so is every guest whose turn has not come.
	Stop OnFailure = "stop"
	// Continue: it goes back, and the others go on when it is ready there.
	Continue OnFailure = "continue"
)

// OnFailures are the ways to go on, the default first.
var OnFailures = []OnFailure{Rollback, Stop, Continue}

// DiffRecycle plans a new root overlay for the selected guests, on the image
// that d.Images has, or where that has none on the image they have.
func DiffRecycle(d Desired, o Observed, opts RecycleOptions) (*Plan, error) {
	b, err := newDeclared(d, o, opts.Selected, opts.Adopt)
	if err != nil {
		return nil, err
	}
	b.grace = opts.Grace
	r := newRollout(opts)
	for _, spec := range r.order(b.o) {
		s := b.sequence(spec)
		s.recycleGuest(r)
		s.finish()
	}
	r.inOrder(b.plan.Guests)
	for _, name := range b.orphans() {
		b.orphan(name, false)
	}
	b.scale()
	return b.prune(), nil
}

func (s *sequence) recycleGuest(r *rollout) {
	if s.have == nil {
		s.block(s.absent())
		return
	}
	m := s.have.Mark
	s.gp.OldImage = describeImage(m.Base)
	s.gp.NewImage = s.gp.OldImage
	applied, err := m.Spec()
	switch {
	case err != nil:
		s.block(err)
	case m.Intent == IntentDestroy, m.Intent == IntentKeep:
		s.block(fmt.Errorf("its removal was not finished (`vmprov destroy %s`, or `vmprov up %s` to make it anew)", s.spec.Name, s.spec.Name))
	case m.Wanted == WantedStopped:
		s.leaveStopped(applied)
	case m.Intent == IntentRollback:
		r.count(s, s.rollback(m, applied, nil, true))
		s.gp.Outcome = Completed
	case m.Intent == IntentCreate:
		// A guest that was never finished is as pristine as it can be.
		s.bring(UpOptions{})
		r.count(s, s.last())
	default:
		s.recycleExisting(m, applied, r)
	}
}

func (s *sequence) recycleExisting(m Mark, applied config.Guest, r *rollout) {
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
	trial := ""
	if from.differs(to) {
		trial = to.whole()
	}
	end := s.recycle(recycleOptions{
		base: c.base, wanted: m.Wanted, wait: true, stay: r.OnFailure == Stop, waitBack: r.OnFailure == Continue || r.MaxUnavailable > 0,
	})
	if s.gp.Blocked == nil {
		r.take(s, trial, end)
	}
}

type recycleOptions struct {
	base   Base
	wanted Wanted
	wait   bool
	// stay leaves a guest that does not get ready on the new image.
	stay bool
	// waitBack waits until a guest that went back is ready.
	waitBack bool
}

// recycled are the actions that say that a guest is ready again: on its new
// overlay, or back on the old one (0 where nothing waits for that).
type recycled struct{ ready, back ID }

// recycle gives the guest a new root overlay, or carries on where a recycle
// stopped. The old overlay goes only when the guest is ready; on a new image
// that does not get ready the guest goes back to it.
func (s *sequence) recycle(o recycleOptions) (end recycled) {
	if err := s.stops(); err != nil {
		s.block(err)
		return end
	}
	m := s.have.Mark
	applied, err := m.Spec()
	if err != nil {
		s.block(err)
		return end
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
		return end
	}
	m.Wanted = o.wanted
	s.gp.OldImage, s.gp.NewImage = describeImage(*m.PreviousBase), describeImage(m.Base)
	s.then(setMark{s.uuid, m, "note the recycle"}, s.recycleCause(m))
	m, begun, ready := s.swap(m, applied, o.wait)
	if words := bootWords(*m.PreviousBase, m.Base); words != "" {
		s.note("%s", words)
	}
	if m.PreviousBase.differs(m.Base) && !o.stay {
		end.back = s.rollback(m, applied, &trial{begun, ready}, o.waitBack)
	}
	m = s.dropRoot(m, m.Previous, "the guest is ready on the new one")
	m.Previous, m.PreviousBase = 0, nil
	s.commit(m)
	s.gp.Outcome = Recycled
	end.ready = ready
	return end
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
// Overlay and base change in one definition. What takes space is made before the
// guest is shut down: in a full pool it fails, and the guest runs on. Disks that
// are renewed come after it, as they make room first.
//
// It gives the mark as the definition has it, the last actions before the guest
// is touched for good, and the one that says that it is ready.
func (s *sequence) swap(m Mark, applied config.Guest, wait bool) (_ Mark, begun []ID, ready ID) {
	swapped := s.onGeneration(m)
	if swapped && s.have.Active {
		begun = slices.Clone(s.tail)
		return m, begun, s.wait(s.running(), s.spec)
	}
	var gone []string
	if !swapped {
		gone = s.renewed()
		m = s.renew(m, applied)
	}
	made, renewed := s.parted(s.missing(m, s.spec, gone...), gone)
	s.each(made, "not there yet")
	if s.have.Active {
		s.shutdown(applied, "")
	}
	begun = slices.Clone(s.tail)
	var deletes []Op
	for _, name := range gone {
		deletes = append(deletes, deleteVolume{s.pool.Name, name})
	}
	s.each(deletes, "renewed by recycle")
	m.Runs, m.Switched = nil, nil
	c := s.compare(s.have.Mark, applied)
	// Grown disks first: the new spec says their new size.
	s.grow(c.grown, gone...)
	m.Keys = append(slices.Clone(m.Keys), c.keys...)
	m.Applied, m.Version = encodeSpec(s.spec), s.d.Version
	s.each(renewed, "not there yet")
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

// parted are the volumes that are made while those of gone are still there, and
// those that replace them.
func (s *sequence) parted(ops []Op, gone []string) (made, renewed []Op) {
	for _, op := range ops {
		if v, ok := op.(createVolume); ok && slices.Contains(gone, v.volume.Name) {
			renewed = append(renewed, op)
		} else {
			made = append(made, op)
		}
	}
	return made, renewed
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

// trial is a boot on a new image: begun are done when the old overlay is out of
// use, ready when the new one works.
type trial struct {
	begun []ID
	ready ID
}

// rollback goes back to the overlay that the guest had. With a trial it is
// planned for the case that it fails, beside what follows when it does not;
// else it is carried on. It waits until the guest is ready where wait says so,
// and gives that action then.
func (s *sequence) rollback(m Mark, applied config.Guest, t *trial, wait bool) (ready ID) {
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
		s.tail, cause = t.begun, "the guest did not get ready on the new image"
	} else if err := s.stops(); err != nil {
		s.block(err)
		return 0
	}
	back.Runs, back.Switched = nil, nil
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
	s.gp.Back = s.commit(back)
	if back.Wanted == WantedRunning {
		asked := s.demand
		last := s.start(back, applied, "", wait)
		if wait {
			ready = last
		}
		if t != nil {
			s.demand = asked // it is one guest that runs, whichever way it goes
		}
	}
	if s.gp.Blocked == nil {
		s.tail = tail
	}
	return ready
}
