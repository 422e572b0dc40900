// SPDX-License-Identifier: Apache-2.0

package plan

import "vmprov/domain"

func (r rendering) filesystems() []domain.Filesystem {
	out := make([]domain.Filesystem, 0, len(r.spec.Shares))
	for _, s := range r.spec.Shares {
		out = append(out, domain.Filesystem{Tag: s.Tag, Source: s.Source, ReadOnly: s.ReadOnly})
	}
	return out
}
