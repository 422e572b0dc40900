// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"time"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// lookAtState reads once whether the guest runs and its agent is connected;
// what comes later comes as an event.
func (w *waiter) lookAtState(ctx context.Context) error {
	w.begin("running")
	return w.onDomain(ctx, func(dom *libvirt.Domain) error {
		active, err := dom.IsActive()
		if err != nil {
			return err
		}
		if !active {
			return errStopped
		}
		if !w.wantsAgent() {
			return nil
		}
		text, err := dom.GetXMLDesc(0)
		if err == nil && agentConnected(text) {
			w.agentConnected()
		}
		return err
	})
}

func (w *waiter) wantsAgent() bool {
	for _, p := range w.target.Probes {
		if p.Kind == "agent" {
			return true
		}
	}
	return false
}

// agentChannel is the name of the guest agent's virtio-serial port.
const agentChannel = "org.qemu.guest_agent.0"

func agentConnected(domainXML string) bool {
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

// awaitAgent waits for libvirt's event.
func (w *waiter) awaitAgent(ctx context.Context) error {
	select {
	case <-w.agent:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *waiter) onDomain(ctx context.Context, fn func(*libvirt.Domain) error) error {
	return w.client.Do(ctx, func(conn *libvirt.Connect) error {
		dom, err := conn.LookupDomainByUUIDString(w.target.UUID)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		return fn(dom)
	})
}

// backoff doubles from its first value to its last.
type backoff struct{ next, limit time.Duration }

// wait waits once, or until ctx ends.
func (b *backoff) wait(ctx context.Context) error {
	timer := time.NewTimer(b.next)
	defer timer.Stop()
	b.next = min(2*b.next, b.limit)
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
