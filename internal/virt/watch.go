// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"
	"fmt"
	"sync"

	"libvirt.org/go/libvirt"
)

// DomainEvent is a lifecycle or guest agent event of one domain.
type DomainEvent struct {
	Kind   DomainEventKind
	Detail string // libvirt's word, such as "crashed" or "shutdown"
}

// DomainEventKind is what happened to a domain.
type DomainEventKind int

// Kinds of domain events.
const (
	DomainStarted DomainEventKind = iota + 1
	DomainStopped
	DomainCrashed
	AgentConnected
	AgentDisconnected
	// DeviceRemoved and DeviceKept are a guest's answers to being asked to let go
	// of a device; Detail is the device's alias.
	DeviceRemoved
	DeviceKept
	// DomainUndefined comes last.
	DomainUndefined
)

// watchBuffer holds more events than any domain emits between two reads of a
// watcher that is alive.
const watchBuffer = 64

// dispatcher hands libvirt's events on to the watchers of each domain. It
// registers with libvirt once a connection, for all domains, at its first watch.
type dispatcher struct {
	mu       sync.Mutex
	watchers map[string][]chan DomainEvent
	// registered are the callbacks on conn.
	registered []int
	conn       *libvirt.Connect
}

// Watch gives the events of one domain from now on; call stop when done.
// Events are buffered and never block libvirt. While libvirtd is away, and
// until the next Watch after that, none come: who cannot do without one looks
// now and then.
func (c *Client) Watch(ctx context.Context, uuid string) (events <-chan DomainEvent, stop func(), err error) {
	conn, err := c.eyes.open(ctx, c.uri)
	if err != nil {
		return nil, nil, err
	}
	d := &c.watch
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != conn {
		if err := d.register(conn); err != nil {
			return nil, nil, c.lost(err)
		}
	}
	if d.watchers == nil {
		d.watchers = map[string][]chan DomainEvent{}
	}
	ch := make(chan DomainEvent, watchBuffer)
	d.watchers[uuid] = append(d.watchers[uuid], ch)
	return ch, func() { d.forget(uuid, ch) }, nil
}

func (d *dispatcher) forget(uuid string, ch chan DomainEvent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	kept := d.watchers[uuid][:0]
	for _, other := range d.watchers[uuid] {
		if other != ch {
			kept = append(kept, other)
		}
	}
	d.watchers[uuid] = kept
}

func (d *dispatcher) register(conn *libvirt.Connect) error {
	id, err := conn.DomainEventLifecycleRegister(nil, func(_ *libvirt.Connect, dom *libvirt.Domain, e *libvirt.DomainEventLifecycle) {
		if event, ok := lifecycleEvent(e); ok {
			d.send(dom, event)
		}
	})
	if err != nil {
		return fmt.Errorf("register for domain events: %w", err)
	}
	d.conn, d.registered = conn, []int{id}
	// Drivers without a guest agent (test:) have no such event.
	id, err = conn.DomainEventAgentLifecycleRegister(nil, func(_ *libvirt.Connect, dom *libvirt.Domain, e *libvirt.DomainEventAgentLifecycle) {
		d.send(dom, agentEvent(e))
	})
	if err == nil {
		d.registered = append(d.registered, id)
	}
	d.registerDevices(conn)
	return nil
}

// registerDevices is for the answers of guests about devices; a driver without
// them (test:) has no guest that could answer.
func (d *dispatcher) registerDevices(conn *libvirt.Connect) {
	id, err := conn.DomainEventDeviceRemovedRegister(nil, func(_ *libvirt.Connect, dom *libvirt.Domain, e *libvirt.DomainEventDeviceRemoved) {
		d.send(dom, DomainEvent{Kind: DeviceRemoved, Detail: e.DevAlias})
	})
	if err == nil {
		d.registered = append(d.registered, id)
	}
	id, err = conn.DomainEventDeviceRemovalFailedRegister(nil, func(_ *libvirt.Connect, dom *libvirt.Domain, e *libvirt.DomainEventDeviceRemovalFailed) {
		d.send(dom, DomainEvent{Kind: DeviceKept, Detail: e.DevAlias})
	})
	if err == nil {
		d.registered = append(d.registered, id)
	}
}

// send drops an event rather than block libvirt's event loop.
func (d *dispatcher) send(dom *libvirt.Domain, event DomainEvent) {
	uuid, err := dom.GetUUIDString()
	if err != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, ch := range d.watchers[uuid] {
		select {
		case ch <- event:
		default:
		}
	}
}

func (d *dispatcher) close() {
	d.mu.Lock()
	conn, ids := d.conn, d.registered
	d.registered = nil
	d.mu.Unlock()
	for _, id := range ids {
		_ = conn.DomainEventDeregister(id)
	}
}

// lifecycleEvent translates virDomainEventType and its details.
func lifecycleEvent(e *libvirt.DomainEventLifecycle) (DomainEvent, bool) {
	switch e.Event {
	case libvirt.DOMAIN_EVENT_STARTED:
		return DomainEvent{Kind: DomainStarted, Detail: "started"}, true
	case libvirt.DOMAIN_EVENT_STOPPED:
		detail := stoppedDetail(libvirt.DomainEventStoppedDetailType(e.Detail))
		if detail == "crashed" || detail == "failed" {
			return DomainEvent{Kind: DomainCrashed, Detail: detail}, true
		}
		return DomainEvent{Kind: DomainStopped, Detail: detail}, true
	case libvirt.DOMAIN_EVENT_CRASHED:
		return DomainEvent{Kind: DomainCrashed, Detail: "panicked"}, true
	case libvirt.DOMAIN_EVENT_UNDEFINED:
		return DomainEvent{Kind: DomainUndefined, Detail: "undefined"}, true
	default:
		return DomainEvent{}, false
	}
}

func stoppedDetail(d libvirt.DomainEventStoppedDetailType) string {
	switch d {
	case libvirt.DOMAIN_EVENT_STOPPED_SHUTDOWN:
		return "shutdown"
	case libvirt.DOMAIN_EVENT_STOPPED_DESTROYED:
		return "destroyed"
	case libvirt.DOMAIN_EVENT_STOPPED_CRASHED:
		return "crashed"
	case libvirt.DOMAIN_EVENT_STOPPED_FAILED:
		return "failed"
	default:
		return "stopped"
	}
}

func agentEvent(e *libvirt.DomainEventAgentLifecycle) DomainEvent {
	if e.State == libvirt.CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED {
		return DomainEvent{Kind: AgentConnected, Detail: "agent connected"}
	}
	return DomainEvent{Kind: AgentDisconnected, Detail: "agent disconnected"}
}

var eventLoop sync.Once

// startEventLoop runs libvirt's default event loop for the life of the
// process; it has to be there before the first connection.
func startEventLoop() {
	eventLoop.Do(func() {
		if err := libvirt.EventRegisterDefaultImpl(); err != nil {
			return
		}
		go func() {
			for {
				if err := libvirt.EventRunDefaultImpl(); err != nil {
					return
				}
			}
		}()
	})
}
