// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"time"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// callLimit bounds a call that should take milliseconds.
const callLimit = 5 * time.Second

// live is what a domain is like at one moment.
type live struct {
	// stopped says why it does not run; empty while it does.
	stopped string
	// agent says that the guest agent is connected.
	agent bool
}

// look asks libvirt for a domain's state, and with agent for its guest agent too.
func look(ctx context.Context, c *virt.Client, uuid string, agent bool) (live, error) {
	return ask(ctx, c, uuid, func(dom *libvirt.Domain) (live, error) {
		state, reason, err := dom.GetState()
		if err != nil {
			return live{}, err
		}
		if why := stopReason(state, reason); why != "" {
			return live{stopped: why}, nil
		}
		if !agent {
			return live{}, nil
		}
		text, err := dom.GetXMLDesc(0)
		if err != nil {
			return live{}, err
		}
		return live{agent: agentChannelConnected(text)}, nil
	})
}

// stopReason is why a domain does not run, empty when it does (paused counts
// as running: it goes on).
func stopReason(state libvirt.DomainState, reason int) string {
	switch state {
	case libvirt.DOMAIN_CRASHED:
		return "crashed"
	case libvirt.DOMAIN_SHUTOFF:
	default:
		return ""
	}
	switch libvirt.DomainShutoffReason(reason) {
	case libvirt.DOMAIN_SHUTOFF_SHUTDOWN:
		return "shutdown"
	case libvirt.DOMAIN_SHUTOFF_DESTROYED:
		return "destroyed"
	case libvirt.DOMAIN_SHUTOFF_CRASHED:
		return "crashed"
	case libvirt.DOMAIN_SHUTOFF_FAILED:
		return "failed to start"
	default:
		return "not running"
	}
}

// agentChannel is the name of the guest agent's virtio-serial port.
const agentChannel = "org.qemu.guest_agent.0"

func agentChannelConnected(domainXML string) bool {
	var d libvirtxml.Domain
	if err := d.Unmarshal(domainXML); err != nil || d.Devices == nil {
		return false
	}
	for _, c := range d.Devices.Channels {
		if c.Target != nil && c.Target.VirtIO != nil && c.Target.VirtIO.Name == agentChannel {
			return c.Target.VirtIO.State == "connected"
		}
	}
	return false
}

// ask calls fn with a domain, within ctx.
func ask[T any](ctx context.Context, c *virt.Client, uuid string, fn func(*libvirt.Domain) (T, error)) (T, error) {
	return virt.Within(ctx, c, func(conn *libvirt.Connect) (T, error) {
		dom, err := conn.LookupDomainByUUIDString(uuid)
		if err != nil {
			var none T
			return none, err
		}
		defer func() { _ = dom.Free() }()
		return fn(dom)
	})
}
