// SPDX-License-Identifier: Apache-2.0

package plan

import "vmprov/domain"

func (r rendering) escape() domain.Escape { return domain.Escape{} }
