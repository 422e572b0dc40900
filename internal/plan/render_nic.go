// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/domain"
	"vmprov/internal/config"
)

func (r rendering) nics() []domain.NIC {
	out := make([]domain.NIC, 0, len(r.spec.Networks))
	for _, attached := range r.spec.Networks {
		out = append(out, r.nic(attached))
	}
	return out
}

func (r rendering) nic(n config.NIC) domain.NIC {
	nic := domain.NIC{
		MAC: n.HardwareAddress(r.desired.Project, r.spec.Name), Model: n.Model, Queues: n.Queues, MTU: n.MTU,
		LinkDown: n.Link == "down", VLAN: n.VLAN, BootOrder: n.BootOrder,
	}
	switch network := r.desired.Networks[n.Network]; network.Mode {
	case config.NetworkBridge:
		nic.Bridge, nic.OpenVSwitch = network.Bridge, r.desired.Host.IsOpenVSwitch(network.Bridge)
	case config.NetworkMacvtap:
		nic.Direct, nic.DirectMode = network.Dev, network.Macvtap
	case config.NetworkExisting:
		nic.Network = network.Network
	case config.NetworkUser:
		nic.User, nic.Passt = true, r.desired.usesPasst(network)
		nic.Forwards = r.forwards(n)
	default:
		nic.Network = config.NetworkName(r.desired.Project, n.Network)
		if nic.MTU == 0 && (n.Model == "" || n.Model == "virtio") {
			// libvirt gives the network's to the host's end alone.
			nic.MTU = network.MTU
		}
	}
	return nic
}

// usesPasst says what carries a user network where the file does not.
func (d Desired) usesPasst(n config.Network) bool {
	return n.Backend == "passt" || n.Backend == "" && d.Host.NoPasst == ""
}

func (r rendering) forwards(n config.NIC) []domain.Forward {
	var out []domain.Forward
	for _, f := range n.Forwards {
		out = append(out, domain.Forward{Host: r.spec.HostPort(f), Guest: f.Guest, Protocol: f.Protocol, Address: f.Address})
	}
	return out
}
