// SPDX-License-Identifier: Apache-2.0

package plan

import "vmprov/domain"

func (r rendering) platform() domain.Platform { return domain.Platform{} }

func (r rendering) hostDevices() []domain.HostDevice { return nil }
