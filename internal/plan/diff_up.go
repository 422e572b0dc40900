// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"vmprov/internal/config"
)

// UpOptions are what up may do beyond bringing guests up.
type UpOptions struct {
	// Selected are the guests to work on, in order; Named those of them that
	// the user named.
	Selected []config.Guest
	Named    map[string]bool
	// Existing leaves out guests that are not there yet (start).
	Existing bool
	NoWait   bool
	// Restart applies next-boot changes now, Recycle new images too, Restore
	// undoes hand edits, RemoveOrphans removes undeclared guests.
	Restart, Recycle, Restore, RemoveOrphans, Adopt bool
	// Recreate names guests that are removed with their data disks first.
	Recreate map[string]bool
}

// DiffUp plans what brings the selected guests up.
func DiffUp(d Desired, o Observed, opts UpOptions) (*Plan, error) {
	if err := checkOrigin(d, o, opts.Adopt); err != nil {
		return nil, err
	}
	b := newBuilder(d, o)
	b.resolvePool(true)
	b.resolveNetworks(opts.Selected)
	for _, text := range o.Broken {
		b.note("%s", text)
	}
	for _, spec := range opts.Selected {
		s := b.sequence(spec)
		s.up(opts)
		s.finish()
	}
	for _, name := range b.orphans() {
		b.orphan(name, opts.RemoveOrphans)
	}
	b.scale()
	return b.prune(), nil
}

// orphan lists a guest that the file no longer declares, or removes it.
func (b *builder) orphan(name string, remove bool) {
	if !remove {
		b.note("guest `%s` is no longer in the file and is left alone (`vmprov up --remove-orphans` removes it)", name)
		return
	}
	s := b.orphanSequence(name)
	s.destroy(destruction{cause: "no longer in the file", addresses: true})
	s.gp.Outcome = Destroyed
	s.finish()
}

func (s *sequence) up(opts UpOptions) {
	switch {
	case s.have == nil && opts.Existing:
		s.block(fmt.Errorf("guest `%s` does not exist (make it with `vmprov up %s`)", s.spec.Name, s.spec.Name))
	case s.have == nil:
		s.create(opts, "not there yet")
	case opts.Recreate[s.spec.Name]:
		s.recreate(opts, "asked to recreate")
	case s.have.Mark.Intent == IntentDestroy:
		s.recreate(opts, "its removal was not finished")
	default:
		s.bring(opts)
	}
}

// recreate removes the guest with its data disks and makes it anew.
func (s *sequence) recreate(opts UpOptions, cause string) {
	s.destroy(destruction{cause: cause})
	gone := s.have
	s.have = nil
	// What the removal deletes is absent for the creation.
	volumes := s.pool.Volumes
	s.pool.Volumes = map[string]bool{}
	for name := range volumes {
		if !gone.Mark.owns(name) {
			s.pool.Volumes[name] = true
		}
	}
	s.create(opts, cause)
	s.pool.Volumes = volumes
}

// create makes a guest: defined first, its mark listing what it will own.
func (s *sequence) create(opts UpOptions, cause string) {
	if err := s.createStops(); err != nil {
		s.block(err)
		return
	}
	base, ok := s.d.base(s.spec)
	if !ok {
		s.block(fmt.Errorf("image `%s`: not built (run without --no-build, or `vmprov build`)", s.spec.Image))
		return
	}
	m := s.newMark(base)
	if err := s.foreign(m); err != nil {
		s.block(err)
		return
	}
	if !s.define(m, s.spec, cause) {
		return
	}
	s.each(s.missing(m, s.spec), "not there yet")
	s.commit(m)
	if s.spec.Autostart {
		s.then(setAutostart{s.uuid, true}, "autostart")
	}
	s.start(m, s.spec, "", !opts.NoWait)
	s.gp.Outcome = Created
}

// createStops is why a guest cannot be made.
func (s *sequence) createStops() error {
	errs := []error{s.stops(s.spec)}
	switch owner, taken := s.o.Taken[s.domain]; {
	case taken:
		errs = append(errs, fmt.Errorf("domain `%s` exists and is not this project's guest `%s` (rename the guest or the project)", owner, s.spec.Name))
	case s.o.Taken[s.uuid] != "":
		errs = append(errs, fmt.Errorf("domain `%s` has the UUID %s of this guest and no mark of its own (undefine it, or rename the guest)", s.o.Taken[s.uuid], s.uuid))
	}
	return errors.Join(errs...)
}

// bring brings a guest that exists to what is declared.
func (s *sequence) bring(opts UpOptions) {
	m := s.have.Mark
	applied, err := m.Spec()
	if err != nil {
		s.block(err)
		return
	}
	if m.Wanted == WantedStopped && !opts.Named[s.spec.Name] && m.Intent == IntentNone {
		s.leaveStopped(applied)
		return
	}
	c := s.compare(m, applied)
	s.gp.Changes = c.changes
	if edits := s.edited(); len(edits) > 0 && !opts.Restore {
		for _, edit := range edits {
			s.note("changed by hand: %s", edit)
		}
		if c.define() {
			s.block(errors.New("its definition was changed by hand and its spec changed too (see both above; `--restore` writes vmprov's definition)"))
			return
		}
		s.note("nothing is undone without `--restore`")
		c.byHand = true
	} else if len(edits) > 0 {
		c.restore = true
	}
	switch {
	case c.recreate != "":
		s.block(fmt.Errorf("%s cannot be changed on the disk that exists (`--recreate %s` makes the guest anew and loses its data disks)", c.recreate, s.spec.Name))
	case m.Intent == IntentRollback:
		s.rollback(m, applied, nil)
		s.gp.Outcome = Completed
	case m.Intent == IntentRecycle || (opts.Recycle && c.recycle):
		s.recycle(recycleOptions{base: c.base, wanted: WantedRunning, wait: !opts.NoWait})
	case s.have.Active:
		s.bringRunning(opts, m, applied, c)
	default:
		s.bringStopped(opts, m, applied, c)
	}
}

// leaveStopped leaves a guest that its user stopped as it is.
func (s *sequence) leaveStopped(applied config.Guest) {
	s.gp.Changes = config.Compare(applied, s.spec)
	if s.have.Active {
		s.note("its user stopped it, yet it runs")
	}
	s.gp.Outcome = LeftStopped
	s.note("its user stopped it (`vmprov up %s` or `vmprov start %s` starts it)", s.spec.Name, s.spec.Name)
}

// comparison is what differs between a guest and its declaration.
type comparison struct {
	changes []config.Change
	// base is what the root overlay would back on after a recycle.
	base Base
	// recycle: something takes effect with a new root overlay only.
	recycle bool
	// nextBoot: something takes effect with the next start.
	nextBoot bool
	// other: something that only the mark has to take in.
	other bool
	// live: the autostart setting changed.
	live bool
	// recreate is the field that needs a new data disk.
	recreate string
	// grown are disks that are to be larger.
	grown []config.Disk
	// keys are public keys that the guest does not have yet.
	keys []string
	// byHand: an edit by hand is left; restore: it is undone.
	byHand, restore bool
	// open: an intent is to be carried on.
	open bool
}

// define says that the definition has to be written anew.
func (c comparison) define() bool { return c.nextBoot || c.open || c.restore || len(c.keys) > 0 }

func (s *sequence) compare(m Mark, applied config.Guest) comparison {
	c := comparison{changes: config.Compare(applied, s.spec), base: m.Base, open: m.Intent != IntentNone}
	for _, change := range c.changes {
		switch change.Effect {
		case config.EffectRecreate:
			c.recreate = change.Path
		case config.EffectRecycle:
			c.recycle = true
		case config.EffectNextBoot:
			c.nextBoot = true
		case config.EffectLive:
			c.live = true
		default:
			c.other = true
		}
	}
	for _, d := range s.spec.Disks {
		if before, ok := applied.Disk(d.Name); ok && d.Size > before.Size && d.Format == before.Format {
			c.grown = append(c.grown, d)
		}
	}
	if base, ok := s.d.base(s.spec); ok {
		if base.Identity != m.Base.Identity {
			c.recycle = true
			s.note("new image: %s -> %s (%s: `vmprov up --recycle` or `vmprov recycle`)", describeImage(m.Base), describeImage(base), config.EffectRecycle)
		}
		c.base = base
	}
	for _, key := range s.d.SSH.Authorized {
		if !slices.Contains(m.Keys, key) {
			c.keys = append(c.keys, key)
		}
	}
	return c
}

// merged is the declared spec without what is not applied now: the root disk
// and image keep what they have until a recycle, a disk its size until the
// guest is off.
func (s *sequence) merged(applied config.Guest, off bool) config.Guest {
	spec := s.spec
	spec.Image, spec.Root = applied.Image, applied.Root
	if off {
		return spec
	}
	spec.Disks = slices.Clone(spec.Disks)
	for i, d := range spec.Disks {
		if before, ok := applied.Disk(d.Name); ok && d.Size > before.Size {
			spec.Disks[i].Size = before.Size
		}
	}
	return spec
}

// change writes the definition and makes what it lacks.
func (s *sequence) change(m Mark, spec config.Guest, c comparison, cause string) (Mark, bool) {
	m = s.owning(m, spec)
	if err := s.foreign(m); err != nil {
		s.block(err)
		return m, false
	}
	m.Intent = IntentChange
	m.Keys = append(slices.Clone(m.Keys), c.keys...)
	m.Applied, m.Origin, m.Version = encodeSpec(spec), s.d.Origin, s.d.Version
	if !s.define(m, spec, cause) {
		return m, false
	}
	s.each(s.missing(m, spec), "not there yet")
	return m, true
}

func (s *sequence) bringRunning(opts UpOptions, m Mark, applied config.Guest, c comparison) {
	restart := opts.Restart && (c.nextBoot || c.restore || s.pending() != "")
	spec := s.merged(applied, restart)
	if c.define() || restart || c.live || c.other {
		if err := s.stops(s.spec); err != nil {
			s.block(err)
			return
		}
		s.gp.Outcome = Changed
	}
	if restart {
		s.shutdown(applied, "to apply "+s.reason(c))
		s.grow(c)
	}
	switch {
	case c.define() || (restart && !c.byHand):
		var ok bool
		if m, ok = s.change(m, spec, c, s.reason(c)); !ok {
			return
		}
		s.commit(m)
	case c.live || c.other:
		m.Applied, m.Version = encodeSpec(spec), s.d.Version
		s.then(setMark{s.uuid, m, "note the change"}, s.reason(c))
	}
	if c.live {
		s.then(setAutostart{s.uuid, s.spec.Autostart}, "autostart changed")
	}
	if len(c.keys) > 0 && !restart {
		s.then(addKeys{s.uuid, s.spec.Name, s.d.SSH.User, c.keys}, "new keys")
	}
	switch {
	case restart:
		s.start(m, spec, "", !opts.NoWait)
		s.gp.Outcome = Restarted
	case s.have.State == "paused":
		s.note("it is paused (`virsh resume %s`, or look at its disks for an I/O error)", s.domain)
	case !opts.NoWait && (s.have.Live == nil || !s.have.Live.Ready):
		s.wait(s.running(m), spec, len(c.keys) > 0 || s.keyless())
		if s.gp.Outcome == Unchanged {
			s.gp.Outcome = Completed
		}
	}
	if !restart {
		s.notePending(c)
	}
}

// keyless says that the running guest does not have the caller's key.
func (s *sequence) keyless() bool {
	key := s.d.SSH.Key.Authorized
	return key != "" && s.have.Live != nil && !slices.Contains(s.have.Live.Keys, key)
}

// running is the mark of the running domain, which may differ from the
// definition's in what is pending.
func (s *sequence) running(m Mark) Mark {
	if s.have.Live != nil {
		return *s.have.Live
	}
	return m
}

// notePending says what waits for the next boot.
func (s *sequence) notePending(c comparison) {
	if c.nextBoot {
		s.note("pending until its next boot: %s (`--restart` applies it now)", s.reason(c))
	} else if fields := s.pending(); fields != "" {
		s.note("pending until its next boot: %s (`--restart` applies it now)", fields)
	}
}

// pending names what the definition says and the running guest does not have yet.
func (s *sequence) pending() string { return pendingFields(*s.have) }

func (s *sequence) bringStopped(opts UpOptions, m Mark, applied config.Guest, c comparison) {
	if err := s.stops(s.spec); err != nil {
		s.block(err)
		return
	}
	s.grow(c)
	spec := s.merged(applied, true)
	m.Wanted = WantedRunning
	if c.byHand {
		s.then(setMark{s.uuid, m, "note that it is wanted running"}, "")
	} else {
		var ok bool
		if m, ok = s.change(m, spec, c, "taken up before the start"); !ok {
			return
		}
		s.commit(m)
	}
	if c.live || spec.Autostart {
		s.then(setAutostart{s.uuid, spec.Autostart}, "autostart")
	}
	s.start(m, spec, s.have.State, !opts.NoWait)
	s.gp.Outcome = Started
	if c.open {
		s.gp.Outcome = Completed
	}
}

// grow makes data disks larger while the guest is off.
func (s *sequence) grow(c comparison) {
	var ops []Op
	for _, d := range c.grown {
		ops = append(ops, growVolume{s.pool.Name, config.VolumeName(s.domain, d.Name, d.Format), uint64(d.Size)})
	}
	s.each(ops, "size changed")
}

// reason names what is applied.
func (s *sequence) reason(c comparison) string {
	var fields []string
	for _, change := range c.changes {
		if change.Effect != config.EffectRecycle {
			fields = append(fields, change.Path)
		}
	}
	if len(c.keys) > 0 {
		fields = append(fields, "ssh keys")
	}
	if c.restore {
		fields = append(fields, "hand edit undone")
	}
	if c.open {
		fields = append(fields, "unfinished "+string(s.have.Mark.Intent))
	}
	if len(fields) == 0 {
		if pending := s.pending(); pending != "" {
			return pending
		}
	}
	return strings.Join(fields, ", ")
}
