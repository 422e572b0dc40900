// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"vmprov/internal/config"
	"vmprov/network"
	"vmprov/storage"
)

// DestroyOptions are what a destroy removes.
type DestroyOptions struct {
	// Guests are the names in the marks; All also removes what is the project's
	// and no guest's.
	Guests    []string
	All       bool
	KeepDisks bool
}

// DiffDestroy plans the removal of guests by what their marks record; it needs
// no configuration. With one, what another made is refused.
func DiffDestroy(d Desired, o Observed, opts DestroyOptions) (*Plan, error) {
	if d.Origin.Path != "" {
		if err := checkOrigin(d, o, fmt.Sprintf(adviceDestroy, d.Project)); err != nil {
			return nil, err
		}
	}
	b := newBuilder(d, o)
	for _, text := range o.Broken {
		b.note("%s: it is left alone", text)
	}
	var off, last []ID
	// A guest whose mark cannot be read may use what its project shares.
	whole := opts.All && len(o.Broken) == 0
	for _, name := range opts.Guests {
		if _, ok := o.Guests[name]; !ok {
			continue
		}
		s := b.orphanSequence(name)
		_, kept := s.destroy(destruction{keepDisks: opts.KeepDisks, addresses: !opts.All})
		whole = whole && !kept && s.gp.Blocked == nil
		s.gp.Outcome = Destroyed
		off, last = append(off, s.off...), append(last, s.tail...)
		s.finish()
	}
	b.unmountViews(opts.Guests, last)
	if whole {
		b.removeShared(off, last)
	}
	return b.plan, nil
}

// removeShared removes the project's networks once its guests are off, and the
// pools that they leave empty once they are gone.
func (b *builder) removeShared(off, gone []ID) {
	for _, name := range sortedKeys(b.o.Networks) {
		if n := b.o.Networks[name]; n.Marked && n.Mark.Project == b.d.Project {
			b.add("", removeNetwork{name}, "", off...)
		}
	}
	for _, name := range sortedKeys(b.o.Pools) {
		if pool := b.o.Pools[name]; ownPool(pool) && b.empties(pool) {
			b.add("", removePools{}, "", gone...)
			return
		}
	}
}

// unmountViews ends the read-only views that only guests which go boot from.
func (b *builder) unmountViews(going []string, gone []ID) {
	used := map[string]bool{}
	for name, g := range b.o.Guests {
		for _, mount := range g.Mark.mounts() {
			used[mount] = used[mount] || !slices.Contains(going, name)
		}
	}
	for _, mount := range sortedKeys(used) {
		if !used[mount] {
			b.add("", unmountView{mount, filepath.Dir(ViewsFolder)}, "", gone...)
		}
	}
}

// empties says that the plan deletes every volume of a pool.
func (b *builder) empties(pool storage.Pool) bool {
	left := maps.Clone(pool.Volumes)
	for _, a := range b.plan.Actions {
		if op, ok := a.Op.(deleteVolume); ok && op.pool == pool.Name {
			delete(left, op.name)
		}
	}
	return len(left) == 0
}

// orphanSequence is the sequence of a guest that is known by its mark alone.
func (b *builder) orphanSequence(name string) *sequence {
	mark := b.o.Guests[name].Mark
	spec, err := mark.Spec()
	if err != nil {
		spec = config.Guest{}
	}
	spec.Name = name
	s := b.sequence(spec)
	s.uuid = s.have.UUID
	s.tail = []ID{b.poolID, b.adopted[name]}
	return s
}

// destruction is how one guest is removed.
type destruction struct {
	cause string
	// keepDisks leaves the data disks, and the domain that owns them.
	keepDisks bool
	// addresses are given back: the networks stay, the guest does not.
	addresses bool
}

// destroy removes a guest: its intent first, its definition last. With
// keepDisks the domain stays defined with the data disks that it has: kept is
// true and left is the mark that remains.
func (s *sequence) destroy(o destruction) (left Mark, kept bool) {
	m := s.have.Mark
	keep := o.keepDisks && slices.ContainsFunc(m.Volumes, func(v Volume) bool { return v.Disk != "" && s.there(v.Name) })
	m.Intent = IntentDestroy
	if keep {
		m.Intent = IntentKeep
	}
	s.redefine()
	s.then(setMark{s.uuid, m, "note the removal"}, o.cause)
	if s.pool.Exists() {
		if err := s.reachPool(); err != nil {
			s.block(err)
			return m, false
		}
	}
	switch {
	case s.have.Active && keep:
		s.shutdown(s.graceful(), "so that its disks are whole")
	case s.have.Active:
		s.then(destroyDomain{s.uuid, s.domain}, "")
	}
	s.off = slices.Clone(s.tail)
	var deletes []Op
	gone := s.rotatedLogs(m.ConsoleLogs(s.domain))
	for _, v := range m.Volumes {
		if v.Disk == "" || !keep {
			gone = append(gone, v.Name)
		}
	}
	for _, name := range gone {
		if s.there(name) {
			deletes = append(deletes, deleteVolume{m.Pool, name})
		}
	}
	s.each(deletes, "")
	if keep {
		if s.spec.Autostart {
			s.then(setAutostart{s.uuid, false}, "")
		}
		m.Wanted = WantedStopped
		m.Previous, m.PreviousBase = 0, nil
		m = m.without(gone...)
		s.commit(m)
		m.Intent = IntentNone
		return m, true
	}
	if o.addresses {
		s.releaseAddresses()
	}
	s.then(undefineDomain{s.uuid, s.domain}, "")
	return Mark{}, false
}

// graceful is the spec with a grace time, also where the mark's cannot be read.
func (s *sequence) graceful() config.Guest {
	spec := s.spec
	if spec.StopTimeout <= 0 {
		spec.StopTimeout = config.Duration(time.Minute)
	}
	return spec
}

// releaseAddresses takes the guest's reservations out of networks that stay.
// They are found by the guest's name and its MAC addresses.
func (s *sequence) releaseAddresses() {
	for _, name := range sortedKeys(s.o.Networks) {
		n := s.o.Networks[name]
		if !n.Marked || n.Mark.Project != s.d.Project {
			continue
		}
		held := reservation{
			hosts: slices.DeleteFunc(slices.Clone(n.Hosts), func(h network.Host) bool { return !s.holds(s.spec.Name, h) }),
			names: slices.DeleteFunc(slices.Clone(n.Names), func(n network.Name) bool { return n.Name != s.spec.Name }),
		}
		if !held.empty() {
			s.then(removeHosts{name, held}, "")
		}
	}
}
