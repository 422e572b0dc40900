// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/internal/plan"
	"vmprov/storage"
)

// LogsOptions are the flags of logs.
type LogsOptions struct {
	Config string
	Guest  string
	Follow bool
	// Boot is the boot whose log is meant, where each has its own; 0 for the last one.
	Boot int
}

// followEvery is how often a followed log is asked for more. libvirt has no
// event for it, and the file may be on another host.
const followEvery = 200 * time.Millisecond

// Logs writes a guest's console log to Env.Stdout. It reads it as a volume,
// so that it works for a user who may not open the file.
func Logs(ctx context.Context, env Env, o LogsOptions) error {
	p, g, err := openGuest(ctx, env, o.Config, o.Guest)
	if err != nil {
		return err
	}
	defer p.close()
	volume, err := logOf(g, o.Boot)
	if err != nil {
		return err
	}
	offset, err := p.copyLog(ctx, g.Mark.Pool, volume, 0)
	if err != nil || !o.Follow {
		return err
	}
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if offset, err = p.copyLog(ctx, g.Mark.Pool, volume, offset); err != nil {
			return err
		}
	}
}

// logOf is the volume of a boot's log.
func logOf(g plan.ObservedGuest, boot int) (string, error) {
	if boot == 0 {
		return g.Mark.ConsoleVolume(g.Domain), nil
	}
	var kept []string
	for _, name := range g.Mark.ConsoleLogs(g.Domain) {
		switch n := plan.BootOf(g.Domain, name); n {
		case 0:
		case boot:
			return name, nil
		default:
			kept = append(kept, strconv.Itoa(n))
		}
	}
	if len(kept) == 0 {
		return "", fmt.Errorf("guest `%s` has one console log for all its boots", g.Mark.Guest)
	}
	return "", fmt.Errorf("guest `%s` has no console log of boot %d (there are those of %s)", g.Mark.Guest, boot, strings.Join(kept, ", "))
}

// copyLog writes what the log has beyond offset and gives the new offset. A
// log that became shorter was rotated by virtlogd and is read from its start.
func (p *project) copyLog(ctx context.Context, pool, volume string, offset uint64) (uint64, error) {
	err := p.client.Look(ctx, func(conn *libvirt.Connect) error {
		length, err := storage.Length(ctx, conn, pool, volume)
		if err != nil || length == offset {
			return err
		}
		if length < offset {
			offset = 0
		}
		n, err := storage.Read(ctx, conn, pool, volume, offset, p.env.Stdout)
		offset += uint64(n)
		return err
	})
	return offset, err
}

// openGuest connects and finds one guest that exists.
func openGuest(ctx context.Context, env Env, configPath, name string) (*project, plan.ObservedGuest, error) {
	p, err := openProject(env, configPath)
	if err != nil {
		return nil, plan.ObservedGuest{}, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, plan.ObservedGuest{}, err
	}
	observed, err := p.look(ctx)
	if err != nil {
		p.close()
		return nil, plan.ObservedGuest{}, err
	}
	if g, ok := observed.Guests[name]; ok {
		return p, g, nil
	}
	p.close()
	selected, err := p.file.Select([]string{name})
	if err == nil {
		err = one(name, len(selected))
	}
	if err != nil {
		return nil, plan.ObservedGuest{}, err
	}
	return nil, plan.ObservedGuest{}, fmt.Errorf("guest `%s` does not exist (make it with `vmprov up %s`)", name, name)
}
