// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/domain"
	"vmprov/internal/config"
)

func (r rendering) nics() []domain.NIC {
	out := make([]domain.NIC, 0, len(r.spec.Networks))
	for _, attached := range r.spec.Networks {
		name := attached.Network
		n := r.desired.Networks[name]
		nic := domain.NIC{MAC: attached.HardwareAddress(r.desired.Project, r.spec.Name)}
		switch n.Mode {
		case config.NetworkBridge:
			nic.Bridge = n.Bridge
		case config.NetworkExisting:
			nic.Network = n.Network
		default:
			nic.Network = config.NetworkName(r.desired.Project, name)
		}
		out = append(out, nic)
	}
	return out
}
