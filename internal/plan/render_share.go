// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/domain"
	"vmprov/internal/config"
)

func (r rendering) filesystems() []domain.Filesystem {
	out := make([]domain.Filesystem, 0, len(r.spec.Shares))
	for _, s := range r.spec.Shares {
		f := domain.Filesystem{
			Tag: s.Tag, Source: s.Source, ReadOnly: s.ReadOnly, Queue: s.QueueSize,
			Binary: s.Binary, Cache: s.Cache, Sandbox: s.Sandbox,
			XAttr: s.XAttr, PosixLock: s.PosixLock, Flock: s.Flock, ThreadPool: s.ThreadPool,
		}
		if s.IDMap != nil {
			f.UIDMap, f.GIDMap = idRanges(s.IDMap.UID), idRanges(s.IDMap.GID)
		}
		out = append(out, f)
	}
	return out
}

func idRanges(ranges []config.IDRange) []domain.IDRange {
	var out []domain.IDRange
	for _, r := range ranges {
		out = append(out, domain.IDRange(r))
	}
	return out
}
