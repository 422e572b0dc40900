// SPDX-License-Identifier: Apache-2.0

package plan

import "vmprov/domain"

func (r rendering) nvme() domain.NVMe { return domain.NVMe{} }
