// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"

	"libvirt.org/go/libvirt"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/network"
	"vmprov/storage"
)

// makePool makes the folder pool, or starts the one it made before.
type makePool struct{ name, uuid, path string }

func (o makePool) describe() (string, string) { return "make pool", o.name }

func (o makePool) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		return storage.Make(conn, o.name, o.uuid, o.path)
	})
}

// removePools removes the pools that vmprov made and that are empty. It holds
// the host's lock, so that it does not race with a project that makes one.
type removePools struct{}

func (removePools) describe() (string, string) { return "remove empty pools of vmprov", "" }

func (removePools) run(ctx context.Context, a *Applier) error {
	release, err := a.HostLock(ctx)
	if err != nil {
		return err
	}
	defer release()
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		pools, err := storage.List(conn)
		if err != nil {
			return err
		}
		for _, pool := range pools {
			if pool.UUID != config.PoolUUID(pool.Path) {
				continue
			}
			removed, err := storage.RemoveEmpty(ctx, conn, pool.UUID)
			if err != nil {
				return err
			}
			if removed {
				a.Emit(event.Event{Kind: event.Note, Action: "remove pool", Object: pool.Name, Text: fmt.Sprintf("pool `%s` was empty and is removed", pool.Name)})
			}
		}
		return nil
	})
}

// defineNetwork writes the definition of one of the project's own networks.
type defineNetwork struct{ name, xml string }

func (o defineNetwork) describe() (string, string) { return "define network", o.name }

func (o defineNetwork) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error { return network.Define(conn, o.name, o.xml) })
}

type startNetwork struct{ name string }

func (o startNetwork) describe() (string, string) { return "start network", o.name }

func (o startNetwork) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error { return network.Start(conn, o.name) })
}

type removeNetwork struct{ name string }

func (o removeNetwork) describe() (string, string) { return "remove network", o.name }

func (o removeNetwork) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error { return network.Remove(conn, o.name) })
}

// addHosts gives guests their addresses on a network that is there.
type addHosts struct {
	name string
	reservation
}

func (o addHosts) describe() (string, string) {
	return fmt.Sprintf("add %s to network", o.reservation), o.name
}

func (o addHosts) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error { return o.addTo(conn, o.name) })
}

// removeHosts takes the addresses of a guest that goes.
type removeHosts struct {
	name string
	reservation
}

func (o removeHosts) describe() (string, string) {
	return fmt.Sprintf("remove %s from network", o.reservation), o.name
}

func (o removeHosts) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error { return o.removeFrom(conn, o.name) })
}

// moveHosts changes the addresses of a guest that is off.
type moveHosts struct {
	name string
	move
}

func (o moveHosts) describe() (string, string) {
	if o.add.empty() {
		return fmt.Sprintf("remove %s from network", o.remove), o.name
	}
	return fmt.Sprintf("change %s of network", o.add), o.name
}

func (o moveHosts) run(ctx context.Context, a *Applier) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		if err := o.remove.removeFrom(conn, o.name); err != nil {
			return err
		}
		return o.add.addTo(conn, o.name)
	})
}

func (r reservation) addTo(conn *libvirt.Connect, name string) error {
	if len(r.names) > 0 {
		if err := network.AddNames(conn, name, r.names); err != nil {
			return err
		}
	}
	if len(r.hosts) == 0 {
		return nil
	}
	return network.AddHosts(conn, name, r.hosts)
}

func (r reservation) removeFrom(conn *libvirt.Connect, name string) error {
	if len(r.names) > 0 {
		if err := network.RemoveNames(conn, name, r.names); err != nil {
			return err
		}
	}
	if len(r.hosts) == 0 {
		return nil
	}
	return network.RemoveHosts(conn, name, r.hosts)
}

// String counts what there is: that of IPv6 is a name in the DNS.
func (r reservation) String() string {
	if len(r.hosts) > 0 {
		return reservations(len(r.hosts))
	}
	if len(r.names) == 1 {
		return "1 name"
	}
	return fmt.Sprintf("%d names", len(r.names))
}

func reservations(n int) string {
	if n == 1 {
		return "1 reservation"
	}
	return fmt.Sprintf("%d reservations", n)
}
