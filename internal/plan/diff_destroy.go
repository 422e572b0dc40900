// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"
	"time"

	"vmprov/internal/config"
	"vmprov/network"
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
// no configuration.
func DiffDestroy(d Desired, o Observed, opts DestroyOptions) *Plan {
	b := newBuilder(d, o)
	var last []ID
	kept := false
	for _, name := range opts.Guests {
		if _, ok := o.Guests[name]; !ok {
			continue
		}
		s := b.orphanSequence(name)
		kept = s.destroy(destruction{keepDisks: opts.KeepDisks, addresses: !opts.All}) || kept
		s.gp.Outcome = Destroyed
		last = append(last, s.tail...)
		s.finish()
	}
	if opts.All && !kept {
		for _, name := range sortedKeys(o.Networks) {
			if n := o.Networks[name]; n.Marked && n.Mark.Project == d.Project {
				b.add("", removeNetwork{name}, "", last...)
			}
		}
		b.add("", removePools{}, "", last...)
	}
	return b.plan
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
	s.tail = nil
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
// keepDisks the domain stays defined with its data disks in its mark, and kept
// is true where it has any.
func (s *sequence) destroy(o destruction) (kept bool) {
	m := s.have.Mark
	keep := o.keepDisks && slices.ContainsFunc(m.Volumes, func(v Volume) bool { return v.Disk != "" && s.pool.Volumes[v.Name] })
	m.Intent = IntentDestroy
	s.then(setMark{s.uuid, m, "note the removal"}, o.cause)
	switch {
	case s.have.Active && keep:
		s.shutdown(s.graceful(), "so that its disks are whole")
	case s.have.Active:
		s.then(destroyDomain{s.uuid, s.domain}, "")
	}
	var deletes []Op
	gone := s.consoleLogs()
	for _, v := range m.Volumes {
		if v.Disk == "" || !keep {
			gone = append(gone, v.Name)
		}
	}
	for _, name := range gone {
		if s.pool.Volumes[name] {
			deletes = append(deletes, deleteVolume{m.Pool, name})
		}
	}
	s.each(deletes, "")
	if keep {
		m.Wanted = WantedStopped
		s.commit(m.without(gone...))
		return true
	}
	if o.addresses {
		s.releaseAddresses()
	}
	s.then(undefineDomain{s.uuid, s.domain}, "")
	return false
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
// They are found by the guest's MAC addresses.
func (s *sequence) releaseAddresses() {
	for _, name := range sortedKeys(s.o.Networks) {
		n := s.o.Networks[name]
		if !n.Marked || n.Mark.Project != s.d.Project {
			continue
		}
		mac := config.MAC(s.d.Project, s.spec.Name, n.Mark.Network)
		hosts := slices.DeleteFunc(slices.Clone(n.Hosts), func(h network.Host) bool { return h.MAC != mac })
		if len(hosts) > 0 {
			s.then(removeHosts{name, hosts}, "")
		}
	}
}
