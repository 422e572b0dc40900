// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"vmprov/internal/config"
)

// bringRunning brings a guest that runs to what is declared: at once where
// libvirt can, else written down for its next boot.
func (s *sequence) bringRunning(opts UpOptions, m Mark, applied config.Guest, c comparison) {
	cut := CutOff(s.d.Networks, s.o, s.d.Project, applied)
	restart := opts.Restart && (c.nextBoot || c.restore || cut != "" || len(c.keys) > 0 || s.pending() != "")
	if cut != "" && !restart {
		s.block(fmt.Errorf("network `%s` is not active, so the running guest is cut off (`vmprov up --restart %s` starts both anew)", cut, s.spec.Name))
		return
	}
	if restart {
		s.restart(opts, m, applied, c, cut)
		return
	}
	spec := s.mergedRunning(applied, c.running)
	write := !c.byHand && c.writes(applied, spec)
	// Its user stopped it and names it now: a stop that was cut short, or a start by hand.
	woken := m.Wanted == WantedStopped
	m.Wanted = WantedRunning
	note := !write && (c.autostart || c.other || woken)
	// What a command that was cut short left to be done.
	plugs := !c.byHand && len(c.running.changes()) > 0
	if write || note || plugs {
		if err := s.stops(); err != nil {
			s.block(err)
			return
		}
		s.gp.Outcome = Changed
	}
	m = s.take(m, spec, c, write, plugs)
	if note {
		m.Applied, m.Version = encodeSpec(spec), s.d.Version
		what := "note the change"
		if woken {
			what = "note that it is wanted running"
		}
		s.then(setMark{s.uuid, m, what}, s.reason(c))
	}
	if len(c.keys) > 0 {
		running := s.running()
		running.Keys = slices.Concat(running.Keys, c.keys)
		s.then(addKeys{s.uuid, s.spec.Name, s.d.SSH.User, c.keys, running}, "new keys")
	}
	if s.gp.Blocked != nil {
		return
	}
	s.awaitRunning(opts, asRunning(spec, c.running.after))
	s.notePending(append(waiting(c.running.after, s.merged(applied)), bootPaths(s.running().Base, m.Base)...))
}

// take writes the definition where write says so, and does the live changes
// where plugs does. The mark is committed when both are done.
func (s *sequence) take(m Mark, spec config.Guest, c comparison, write, plugs bool) Mark {
	var grows, others []liveChange
	if plugs {
		var err error
		if grows, others, err = s.liveChanges(s.owning(m, spec), spec, c.running); err != nil {
			s.block(err)
			return m
		}
		s.noteLive(c.running)
	}
	done := s.goLive(m, c.running, nil, grows)
	if write {
		m = s.change(m, spec, c, true, s.reason(c))
	}
	s.goLive(m, c.running, done, others)
	if c.autostart {
		s.then(setAutostart{s.uuid, s.spec.Autostart}, "autostart changed")
	}
	if write {
		s.commit(m)
	}
	return m
}

// asRunning is a spec with the devices that the guest runs with: those of its
// next boot are not waited for.
func asRunning(spec, running config.Guest) config.Guest {
	spec.Disks, spec.Shares, spec.Networks = running.Disks, running.Shares, running.Networks
	return spec
}

// restart boots a running guest with all that is declared.
func (s *sequence) restart(opts UpOptions, m Mark, applied config.Guest, c comparison, cut string) {
	if err := s.stops(); err != nil {
		s.block(err)
		return
	}
	m.Wanted = WantedRunning
	spec := s.merged(applied)
	s.shutdown(applied, restartCause(s.reason(c), cut))
	s.grow(c.grown)
	if !c.byHand {
		m = s.change(m, spec, c, false, s.reason(c))
	}
	if c.autostart {
		s.then(setAutostart{s.uuid, s.spec.Autostart}, "autostart changed")
	}
	switch {
	case !c.byHand:
		s.commit(m)
	case c.autostart || c.other || s.have.Mark.Wanted == WantedStopped:
		m.Applied, m.Version = encodeSpec(spec), s.d.Version
		s.then(setMark{s.uuid, m, "note the change"}, s.reason(c))
	}
	if s.gp.Blocked == nil {
		s.start(m, spec, "", !opts.NoWait)
		s.gp.Outcome = Restarted
	}
}

func restartCause(reason, cut string) string {
	if reason == "" {
		return fmt.Sprintf("network `%s` was stopped under it", cut)
	}
	return "to apply " + reason
}

// Paused says of a guest that is paused what to do about it.
func Paused(domain string) string {
	return fmt.Sprintf("it is paused (`virsh domstate --reason %s` says why: on an I/O error make room for its disks; `virsh resume %s`)", domain, domain)
}

// awaitRunning waits for a guest that runs and was not seen ready.
func (s *sequence) awaitRunning(opts UpOptions, spec config.Guest) {
	switch {
	case s.have.State == "paused":
		s.block(errors.New(Paused(s.domain)))
	case !opts.NoWait && (s.have.Live == nil || !s.have.Live.Ready):
		s.wait(s.running(), spec)
		if s.gp.Outcome == Unchanged {
			s.gp.Outcome = Completed
		}
	}
}

// running is the mark of the running domain, which may differ from the
// definition's in what is pending.
func (s *sequence) running() Mark {
	if s.have.Live != nil {
		return *s.have.Live
	}
	return s.have.Mark
}

// notePending says what waits for the next boot.
func (s *sequence) notePending(fields []string) {
	if keys := s.have.pendingKeys(); keys {
		fields = append(fields, "ssh keys")
	}
	if len(fields) > 0 {
		s.note("pending until its next boot: %s (`--restart` applies it now)", strings.Join(fields, ", "))
	}
}

// pending names what the definition says and the running guest does not have yet.
func (s *sequence) pending() string { return s.have.Pending() }
