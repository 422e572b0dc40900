// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"errors"
	"fmt"
	"path"
	"sync"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/domain"
	"vmprov/internal/event"
	"vmprov/internal/virt"
	"vmprov/storage"
)

// defineDomain writes a guest's persistent definition, its mark inside.
type defineDomain struct {
	name, xml string
	// shape is the spec without the guest's name: guests of one shape differ in
	// names and addresses alone.
	shape string
	// unseen are volumes that the mark owns from now on, of a pool that was not
	// active when it was observed: what its folder held already is not vmprov's.
	unseen []string
	pool   string
}

func (o defineDomain) describe() (string, string) { return "define domain", o.name }

func (o defineDomain) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		taken, err := storage.Present(ctx, conn, o.pool, o.unseen)
		if err != nil {
			return err
		}
		if len(taken) > 0 {
			return foreignVolume(o.pool, taken[0])
		}
		dom, err := a.shapes.define(conn, o)
		if err != nil {
			return err
		}
		return dom.Free()
	})
}

// shapes holds the first definition of each shape to libvirt's schema, and the
// others to none, once that one passed.
type shapes struct{ known sync.Map } // of *shape by string

type shape struct {
	mu     sync.Mutex
	passed bool
}

func (s *shapes) define(conn *libvirt.Connect, o defineDomain) (*libvirt.Domain, error) {
	value, _ := s.known.LoadOrStore(o.shape, &shape{})
	first := value.(*shape)
	first.mu.Lock()
	if first.passed {
		first.mu.Unlock()
		return domain.DefineAlike(conn, o.xml)
	}
	defer first.mu.Unlock()
	dom, err := domain.Define(conn, o.xml)
	first.passed = err == nil
	return dom, err
}

// redefineDomain gives a running guest that has none a definition: what it runs with.
type redefineDomain struct{ uuid, name string }

func (o redefineDomain) describe() (string, string) { return "define again as it runs", o.name }

func (o redefineDomain) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		running, err := conn.LookupDomainByUUIDString(o.uuid)
		if err != nil {
			return fmt.Errorf("look up domain `%s`: %w", o.name, err)
		}
		defer func() { _ = running.Free() }()
		text, err := domain.InactiveXML(running)
		if err != nil {
			return err
		}
		defined, err := domain.DefineAlike(conn, text)
		if err != nil {
			return err
		}
		return defined.Free()
	})
}

// setAutostart lets a guest start with the host, or not.
type setAutostart struct {
	uuid string
	on   bool
}

func (o setAutostart) describe() (string, string) {
	if o.on {
		return "start with the host", ""
	}
	return "do not start with the host", ""
}

func (o setAutostart) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return dom.SetAutostart(o.on) })
}

// startDomain boots a guest. An overlay whose header names another base than
// the definition is refused: QEMU would open it on the wrong base without a word.
type startDomain struct {
	uuid, name string
	pool       string
	root, base string // path of the overlay, and of its base in the definition
	// made says that this plan makes the overlay, or that there is none.
	made    bool
	options domain.StartOptions
	// console is the volume of the console log.
	console string
	// disks are data disks that are overlays too.
	disks []overlay
}

// overlay is a file that must back on what its definition says.
type overlay struct{ path, base, advice string }

func (o startDomain) describe() (string, string) { return "start", "" }

func (o startDomain) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		if err := o.checkBase(ctx, conn); err != nil {
			return err
		}
		dom, err := conn.LookupDomainByUUIDString(o.uuid)
		if err != nil {
			return fmt.Errorf("start domain `%s`: %w", o.name, err)
		}
		defer func() { _ = dom.Free() }()
		a.noteConsole(ctx, conn, o)
		err = domain.StartWith(dom, o.options, a.LibVersion)
		if virt.IsInvalidState(err) {
			if active, activeErr := dom.IsActive(); activeErr == nil && active {
				return nil // somebody else started it meanwhile
			}
		}
		return err
	})
}

// checkBase holds the overlays' headers to the definition, but for what this
// plan made.
func (o startDomain) checkBase(ctx context.Context, conn *libvirt.Connect) error {
	overlays := o.disks
	if !o.made {
		overlays = append([]overlay{{o.root, o.base, "run `vmprov recycle` for a new overlay"}}, overlays...)
	}
	for _, v := range overlays {
		header, err := storage.Backing(ctx, conn, o.pool, path.Base(v.path))
		if err != nil {
			return err
		}
		if header != v.base {
			return fmt.Errorf("start domain `%s`: overlay %s backs on %s, but its definition says %s (%s)",
				o.name, v.path, header, v.base, v.advice)
		}
	}
	return nil
}

// shutdownDomain asks the guest to power off and ends it after its grace time.
type shutdownDomain struct {
	uuid, name string
	guest      string
	grace      time.Duration
}

func (o shutdownDomain) describe() (string, string) { return "shut down", "" }

// askAgain is how often a guest is asked to power off: one that is still
// booting does not hear the first call.
const askAgain = 3 * time.Second

func (o shutdownDomain) run(ctx context.Context, a *Applier) error {
	events, stop, err := a.Client.Watch(ctx, o.uuid)
	if err != nil {
		return err
	}
	defer stop()
	limit := time.NewTimer(o.grace)
	defer limit.Stop()
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for {
		active, err := o.ask(ctx, a)
		switch {
		case errors.Is(err, errNoAnswer):
			again.Stop()
		case err != nil || !active:
			return err
		}
		waiting := true
		for waiting {
			select {
			case e := <-events:
				if e.Kind == virt.DomainStopped || e.Kind == virt.DomainCrashed {
					return nil
				}
			case <-again.C:
				waiting = false
			case <-limit.C:
				a.Emit(event.Event{Kind: event.Warning, Guest: o.guest, Action: "shut down",
					Text: fmt.Sprintf("did not power off within %s and is ended", o.grace)})
				return destroyDomain{uuid: o.uuid, name: o.name}.run(ctx, a)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// errNoAnswer says that the call that asks is held, by a guest agent that does
// not answer.
var errNoAnswer = errors.New("no answer")

// ask sends the power button once; active is false when the domain is off. A
// call that is held is left behind, and is not to be sent again: errNoAnswer.
func (o shutdownDomain) ask(ctx context.Context, a *Applier) (active bool, err error) {
	limited, cancel := context.WithTimeout(ctx, askAgain)
	defer cancel()
	active, err = virt.Within(limited, a.Client, func(conn *libvirt.Connect) (active bool, err error) {
		dom, err := conn.LookupDomainByUUIDString(o.uuid)
		if err != nil {
			return false, fmt.Errorf("look up domain `%s`: %w", o.name, err)
		}
		defer func() { _ = dom.Free() }()
		if active, err = dom.IsActive(); err != nil || !active {
			return false, err
		}
		err = domain.Shutdown(dom)
		if virt.IsInvalidState(err) {
			active, err = dom.IsActive()
		}
		return active, err
	})
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return true, errNoAnswer
	}
	return active, err
}

// destroyDomain ends a guest at once.
type destroyDomain struct{ uuid, name string }

func (o destroyDomain) describe() (string, string) { return "stop at once", "" }

func (o destroyDomain) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, domain.Destroy)
}

// undefineDomain removes the definition, last of all.
type undefineDomain struct{ uuid, name string }

func (o undefineDomain) describe() (string, string) { return "undefine domain", o.name }

func (o undefineDomain) run(ctx context.Context, a *Applier) error {
	err := a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error { return domain.Undefine(dom, a.LibVersion) })
	if virt.IsNotFound(err) {
		return nil
	}
	return err
}
