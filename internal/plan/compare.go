// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"
	"strings"

	"vmprov/internal/config"
)

// comparison is what differs between a guest and its declaration.
type comparison struct {
	changes []config.Change
	// base is what the root overlay would back on after a recycle.
	base Base
	// recycle: something takes effect with a new root overlay only.
	recycle bool
	// newImage: base is another image than the guest has.
	newImage bool
	// newBoot: what the guest boots directly is something else by now.
	newBoot bool
	// nextBoot: something takes effect with the next start.
	nextBoot bool
	// other: something that only the mark has to take in.
	other bool
	// live: something that a running guest takes at once.
	live bool
	// autostart: whether the guest starts with the host changed.
	autostart bool
	// running is what a guest that runs has now and with the live changes.
	running runningSpec
	// diskImages are data disks whose image is another one by now.
	diskImages []diskImage
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

// writes says that the definition of a running guest has to be written anew to
// hold spec, what of the declaration can be written now.
func (c comparison) writes(applied, spec config.Guest) bool {
	return c.open || c.restore || c.newBoot || len(c.keys) > 0 || len(waiting(applied, spec)) > 0
}

func (s *sequence) compare(m Mark, applied config.Guest) comparison {
	c := comparison{changes: config.Compare(applied, s.spec), base: m.Base, open: m.Intent != IntentNone}
	if s.have.Active {
		declared := s.merged(applied)
		c.running = s.runningSpec(applied, declared)
		waits := waiting(c.running.after, declared)
		settleEffects(c.changes, waits)
		c.nextBoot = len(waits) > 0 && len(waiting(applied, declared)) > 0
	}
	for _, change := range c.changes {
		switch {
		case change.Effect == config.EffectRecreate:
			c.recreate = change.Path
		case change.Effect == config.EffectRecycle:
			c.recycle = true
		case change.Effect == config.EffectNextBoot:
			c.nextBoot = true
		case isAutostart(change):
			c.autostart = true
		case change.Effect == config.EffectLive:
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
	if (applied.Imageless == nil) != (s.spec.Imageless == nil) {
		c.recreate = "imageless"
	}
	if next, known := s.d.boot(s.spec); known && c.recreate == "" {
		boots := newBoot(m.Base, next)
		c.changes = append(c.changes, boots...)
		c.newBoot = len(boots) > 0
		c.nextBoot = c.nextBoot || c.newBoot
		c.base.Boot = next
	}
	if base, ok := s.d.base(s.spec); ok {
		if base.Identity != m.Base.Identity {
			c.recycle, c.newImage = true, true
		}
		c.base = base
	}
	c.diskImages = s.newDiskImages(m)
	c.recycle = c.recycle || slices.ContainsFunc(c.diskImages, func(i diskImage) bool { return i.renews })
	for _, key := range s.d.SSH.Authorized {
		if !slices.Contains(m.Keys, key) {
			c.keys = append(c.keys, key)
		}
	}
	return c
}

// merged is the declared spec without what is not applied now: the root disk
// and image keep what they have until a recycle.
func (s *sequence) merged(applied config.Guest) config.Guest {
	spec := s.spec
	spec.Image, spec.Root = applied.Image, applied.Root
	spec.Disks = slices.Clone(spec.Disks)
	for i, d := range spec.Disks {
		if before, ok := applied.Disk(d.Name); ok {
			spec.Disks[i].Image = before.Image
		}
	}
	return spec
}

// mergedRunning is merged for a guest that goes on running: a disk that cannot
// grow under it keeps its size until it is off.
func (s *sequence) mergedRunning(applied config.Guest, r runningSpec) config.Guest {
	spec := s.merged(applied)
	spec.Disks = slices.Clone(spec.Disks)
	for i, d := range spec.Disks {
		before, ok := applied.Disk(d.Name)
		if after, runs := r.after.Disk(d.Name); ok && d.Size > before.Size && !(runs && after.Size == d.Size) {
			spec.Disks[i].Size = before.Size
		}
	}
	return spec
}

// grow makes data disks larger while the guest is off; gone are volumes that
// the plan deletes before and makes anew.
func (s *sequence) grow(disks []config.Disk, gone ...string) {
	var ops []Op
	for _, d := range disks {
		name := config.VolumeName(s.domain, d.Name, d.Format)
		if d.Path == "" && s.there(name) && !slices.Contains(gone, name) {
			ops = append(ops, growVolume{s.pool.Name, name, capacity(d, s.have.Mark.base(name))})
		}
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
		return s.pending()
	}
	return strings.Join(fields, ", ")
}
