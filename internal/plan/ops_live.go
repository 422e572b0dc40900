// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"
	"strings"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/domain"
	"vmprov/internal/virt"
)

// liveStep does one live change to a running guest and then notes it in the
// running domain's mark: what a command that is cut short has done is known.
// A change that was done and not noted is done once more, which changes nothing.
type liveStep struct {
	uuid string
	op   liveOp
	// mark is the running domain's with the change.
	mark Mark
}

// liveOp is one live change of a running guest.
type liveOp interface {
	describe() (action, object string)
	run(ctx context.Context, a *Applier) error
}

func (o liveStep) describe() (string, string) { return o.op.describe() }

func (o liveStep) run(ctx context.Context, a *Applier) error {
	if err := o.op.run(ctx, a); err != nil {
		return err
	}
	mark := o.mark
	mark.Intent, mark.Fingerprint = IntentNone, Fingerprint{}
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error {
		if err := setLive(dom, mark); err != nil {
			return fmt.Errorf("note the live change of guest `%s`: %w", mark.Guest, err)
		}
		return nil
	})
}

// attachDevice gives a running guest a device.
type attachDevice struct {
	uuid, name string // name is how the plan calls it: disk, NIC or share
	object     string
	device     domain.Plugged
	xml        string
}

func (o attachDevice) describe() (string, string) { return "attach " + o.name, o.object }

func (o attachDevice) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return domain.Attach(dom, o.device, o.xml) })
}

// detachDevice asks a running guest to let go of a device and waits until it did.
type detachDevice struct {
	uuid, name string
	object     string
	device     domain.Plugged
	guest      string
}

func (o detachDevice) describe() (string, string) { return "detach " + o.name, o.object }

// letGo is how long a guest may take to let go of a device.
const letGo = 20 * time.Second

func (o detachDevice) run(ctx context.Context, a *Applier) error {
	if err := o.unmounted(ctx, a); err != nil {
		return err
	}
	events, stop, err := a.Client.Watch(ctx, o.uuid)
	if err != nil {
		return err
	}
	defer stop()
	limit := time.NewTimer(letGo)
	defer limit.Stop()
	// A guest that is still booting does not hear the first call.
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for {
		gone, err := o.ask(ctx, a)
		if err != nil || gone {
			return err
		}
		if asked := o.answer(ctx, events, again.C, limit.C); asked != nil {
			return asked
		}
	}
}

// unmounted refuses a disk that the guest's agent says is mounted: Linux would
// give it up all the same. An agent that does not answer is none.
func (o detachDevice) unmounted(ctx context.Context, a *Applier) error {
	if o.device.Disk == "" {
		return nil
	}
	limit, cancel := context.WithTimeout(ctx, agentLimit)
	defer cancel()
	points, err := virt.Within(limit, a.Client, func(conn *libvirt.Connect) ([]string, error) {
		dom, err := conn.LookupDomainByUUIDString(o.uuid)
		if err != nil {
			return nil, err
		}
		defer func() { _ = dom.Free() }()
		return domain.MountedOn(dom, o.device.Disk)
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil || len(points) == 0:
		return nil
	}
	return o.held("it is mounted on " + strings.Join(points, ", "))
}

// answer waits for a reason to ask again; it is an error when there is none.
func (o detachDevice) answer(ctx context.Context, events <-chan virt.DomainEvent, again, limit <-chan time.Time) error {
	for {
		select {
		case e := <-events:
			switch e.Kind {
			case virt.DeviceRemoved:
				return nil
			case virt.DeviceKept:
				return o.held("it refuses")
			case virt.DomainStopped, virt.DomainCrashed:
				return fmt.Errorf("detach %s `%s`: the guest stopped meanwhile", o.name, o.object)
			}
		case <-again:
			return nil
		case <-limit:
			return o.held(fmt.Sprintf("it did not answer within %s", letGo))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// held says that the guest has the device still, and what to do.
func (o detachDevice) held(why string) error {
	return fmt.Errorf("detach %s `%s`: the guest does not let go of it: %s (see that nothing there uses it and repeat, or `vmprov up --restart %s`)",
		o.name, o.object, why, o.guest)
}

func (o detachDevice) ask(ctx context.Context, a *Applier) (gone bool, err error) {
	err = a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error {
		gone, err = domain.Detach(dom, o.device)
		return err
	})
	return gone, err
}

// updateNIC sets what of a NIC can change while the guest runs: its link.
type updateNIC struct {
	uuid, object string
	up           bool
	xml          string
}

func (o updateNIC) describe() (string, string) {
	if o.up {
		return "set link up", o.object
	}
	return "set link down", o.object
}

func (o updateNIC) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return domain.UpdateNIC(dom, o.xml) })
}

// growDisk makes the disk of a running guest larger.
type growDisk struct {
	uuid, disk string
	bytes      uint64
}

func (o growDisk) describe() (string, string) { return "grow disk", o.disk }

func (o growDisk) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return domain.Grow(dom, o.disk, o.bytes) })
}

// limitDisk sets the limits on a disk's I/O.
type limitDisk struct {
	uuid, disk string
	definition string
}

func (o limitDisk) describe() (string, string) { return "limit disk", o.disk }

func (o limitDisk) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return domain.Limit(dom, o.disk, o.definition) })
}

// setCPUs plugs CPUs in and pins them.
type setCPUs struct {
	uuid      string
	n         int
	pins      domain.Pins
	ioThreads int
}

func (o setCPUs) describe() (string, string) { return fmt.Sprintf("plug CPUs in, up to %d", o.n), "" }

func (o setCPUs) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error {
		if err := domain.SetCPUs(dom, o.n); err != nil || len(o.pins.VCPUs) == 0 {
			return err
		}
		return domain.Pin(dom, o.pins, o.ioThreads)
	})
}

// setMemory asks the balloon.
type setMemory struct {
	uuid  string
	bytes uint64
}

func (o setMemory) describe() (string, string) { return "set current memory", "" }

func (o setMemory) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return domain.SetCurrentMemory(dom, o.bytes) })
}

// pin moves the guest's threads to CPUs of the host.
type pin struct {
	uuid      string
	pins      domain.Pins
	ioThreads int
}

func (o pin) describe() (string, string) { return "pin to CPUs of the host", "" }

func (o pin) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return domain.Pin(dom, o.pins, o.ioThreads) })
}
