// SPDX-License-Identifier: Apache-2.0

package plan

import "vmprov/domain"

// spareRootPorts are the free root ports of a guest that says nothing.
const spareRootPorts = 4

func (r rendering) platform() domain.Platform {
	p := domain.Platform{RootPorts: spareRootPorts}
	if r.spec.RootPorts != nil {
		p.RootPorts = *r.spec.RootPorts
	}
	return p
}

func (r rendering) hostDevices() []domain.HostDevice { return nil }
