// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"

	"vmprov/internal/config"
)

// noteZones says, where a guest that was there before is started, which of its
// disks start empty: QEMU keeps where a zone's writes have come to in its memory
// alone, so a zoned namespace is empty after every start, whatever its volume holds.
func (s *sequence) noteZones(spec config.Guest) {
	if s.have == nil {
		return
	}
	applied, err := s.have.Mark.Spec()
	if err != nil {
		return
	}
	for _, d := range spec.Disks {
		before, was := applied.Disk(d.Name)
		if d.Zoned == nil || !was || before.Zoned == nil {
			continue
		}
		if note := "zoned disk `" + d.Name + "` starts empty: QEMU keeps no zones over a restart"; !slices.Contains(s.gp.Notes, note) {
			s.note("%s", note)
		}
	}
}
