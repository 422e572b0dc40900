// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"maps"

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
	b, err := newDeclared(d, o, opts.Selected, opts.Adopt)
	if err != nil {
		return nil, err
	}
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

// newDeclared begins a plan that makes what the file declares: the pool and
// the networks of the selected guests first.
func newDeclared(d Desired, o Observed, selected []config.Guest, adopt bool) (*builder, error) {
	b := newBuilder(d, o)
	if adopt {
		b.takeOver()
	} else if err := checkOrigin(d, o, adviceAdopt); err != nil {
		return nil, err
	}
	b.resolvePool(true)
	b.resolveNetworks(selected)
	return b, nil
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
		s.block(s.absent())
	case s.have == nil:
		s.create(opts, "not there yet")
	case opts.Recreate[s.spec.Name]:
		s.recreate(opts, "asked to recreate", false)
	case s.have.Mark.Intent == IntentDestroy:
		s.recreate(opts, "its removal was not finished", false)
	case s.have.Mark.Intent == IntentKeep:
		s.recreate(opts, "its removal was not finished", true)
	default:
		s.bring(opts)
	}
}

// absent is why a verb that makes no guest does nothing.
func (s *sequence) absent() error {
	return fmt.Errorf("guest `%s` does not exist (make it with `vmprov up %s`)", s.spec.Name, s.spec.Name)
}

// recreate removes the guest and makes it anew, around its data disks where
// those are kept.
func (s *sequence) recreate(opts UpOptions, cause string, keepDisks bool) {
	had := s.have.Mark
	left, kept := s.destroy(destruction{cause: cause, keepDisks: keepDisks})
	// What the removal deletes is absent for what comes.
	volumes := maps.Clone(s.pool.Volumes)
	maps.DeleteFunc(volumes, func(name string, _ bool) bool { return had.owns(name) && !left.owns(name) })
	s.pool.Volumes = volumes
	if kept {
		have := *s.have
		have.Mark, have.Active, have.Live = left, false, nil
		s.have = &have
		s.bring(opts)
		return
	}
	s.have = nil
	if s.pool.Name != s.builder.pool.Name {
		s.pool = s.builder.pool
	}
	s.ours = s.builder.ours
	s.create(opts, cause)
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
	if s.spec.Autostart {
		s.then(setAutostart{s.uuid, true}, "autostart")
	}
	s.commit(m)
	s.start(m, s.spec, "", !opts.NoWait)
	s.gp.Outcome = Created
}

// createStops is why a guest cannot be made.
func (s *sequence) createStops() error {
	errs := []error{s.stops()}
	switch owner, taken := s.o.Taken[s.domain]; {
	case taken && s.o.Taken[s.uuid] == owner:
		errs = append(errs, fmt.Errorf("domain `%s` has this guest's name and UUID and no mark that can be read, so it is left alone (look at it; `virsh undefine %s` makes room)", owner, owner))
	case taken:
		errs = append(errs, fmt.Errorf("domain `%s` exists and is not this project's guest `%s` (rename the guest or the project)", owner, s.spec.Name))
	case s.o.Taken[s.uuid] != "":
		errs = append(errs, fmt.Errorf("domain `%s` has the UUID %s of this guest and no mark of its own (undefine it, or rename the guest)", s.o.Taken[s.uuid], s.uuid))
	}
	return errors.Join(errs...)
}
