// SPDX-License-Identifier: Apache-2.0

package plan

import "vmprov/domain"

func (r rendering) compute() domain.Compute { return domain.Compute{} }
