// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/internal/event"
	"vmprov/internal/ready"
	"vmprov/internal/virt"
)

// waitReady waits for a guest's probes and notes it in the live mark.
type waitReady struct {
	target ready.Target
	mark   Mark
	// console is the volume of the console log, for the error of a timeout.
	console string
}

func (o waitReady) describe() (string, string) { return "wait until ready", "" }

func (o waitReady) run(ctx context.Context, a *Applier) error {
	wait := func() error { return o.wait(ctx, a) }
	if !a.RestartPanicked {
		return wait()
	}
	return overPanic(wait, func(panicked *ready.PanicError) error { return o.startAnew(ctx, a, panicked) })
}

func (o waitReady) wait(ctx context.Context, a *Applier) error {
	target := o.target
	target.ConsoleTail = func(ctx context.Context) string { return a.ConsoleTail(ctx, o.mark.Pool, o.console) }
	target.ConsoleSince = a.consoleSince(target.UUID, o.mark.Pool, o.console)
	mark := o.mark
	target.Release = func(release string) { mark.Kernel = release }
	if err := ready.Wait(ctx, a.Client, target, a.Emit); err != nil {
		return err
	}
	return a.onDomain(ctx, target.UUID, func(dom *libvirt.Domain) error { return markReady(dom, mark) })
}

// addKeys gives a running guest further public keys by its agent. A guest
// without one takes them at its next boot, which is said and is no fault.
type addKeys struct {
	uuid, guest, user string
	keys              []string
	// mark is the running domain's with the keys.
	mark Mark
}

func (o addKeys) describe() (string, string) { return "add ssh keys", "" }

// agentLimit is how long a guest's agent may take over the keys. libvirt itself
// waits for the answer as long as the guest runs.
const agentLimit = 10 * time.Second

func (o addKeys) run(ctx context.Context, a *Applier) error {
	limit, cancel := context.WithTimeout(ctx, agentLimit)
	defer cancel()
	_, err := virt.Within(limit, a.Client, func(conn *libvirt.Connect) (struct{}, error) {
		dom, err := conn.LookupDomainByUUIDString(o.uuid)
		if err != nil {
			return struct{}{}, err
		}
		defer func() { _ = dom.Free() }()
		if err := dom.AuthorizedSSHKeysSet(o.user, o.keys, libvirt.DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, setLive(dom, o.mark)
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	if err != nil {
		a.Emit(event.Event{Kind: event.Note, Guest: o.guest, Action: "add ssh keys",
			Text: fmt.Sprintf("the guest takes the new keys at its next boot: no guest agent answered (%s)", virt.Text(err))})
	}
	return nil
}
