// SPDX-License-Identifier: Apache-2.0

package plan

import "vmprov/internal/config"

// DiffStop plans the shutdown of the selected guests, which up and recycle
// leave stopped.
func DiffStop(d Desired, o Observed, selected []config.Guest) (*Plan, error) {
	if err := checkOrigin(d, o, adviceAdopt); err != nil {
		return nil, err
	}
	b := newBuilder(d, o)
	for _, spec := range selected {
		s := b.sequence(spec)
		s.tail = nil
		s.stop()
		s.finish()
	}
	return b.plan, nil
}

func (s *sequence) stop() {
	if s.have == nil {
		s.block(s.absent())
		return
	}
	m := s.have.Mark
	if m.Wanted == WantedStopped && !s.have.Active {
		s.gp.Outcome = Unchanged
		return
	}
	m.Wanted = WantedStopped
	s.redefine()
	s.then(setMark{s.uuid, m, "note that it is wanted stopped"}, "")
	if s.have.Active {
		s.shutdown(s.spec, "")
	}
	s.gp.Outcome = Stopped
}
