// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"
	"sync"

	"libvirt.org/go/libvirt"
)

// eyes is the connection that observes and brings events. libvirtd may be
// restarted while a build or a boot is waited for: the next look opens it anew.
type eyes struct {
	mu   sync.Mutex
	conn *libvirt.Connect
	// former connections are closed at the end: a call may be in them.
	former []*libvirt.Connect
}

// open is the connection, a new one where its other end is gone. libvirt knows
// without asking.
func (e *eyes) open(ctx context.Context, uri string) (*libvirt.Connect, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if alive, err := e.conn.IsAlive(); err == nil && alive {
		return e.conn, nil
	}
	conn, err := open(ctx, uri)
	if err != nil {
		return nil, err
	}
	keepAlive(conn)
	e.former = append(e.former, e.conn)
	e.conn = conn
	return conn, nil
}

func (e *eyes) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, conn := range append(e.former, e.conn) {
		_, _ = conn.Close()
	}
}

// keepAlive lets a dead libvirtd fail the calls that wait for it. Drivers
// without a daemon (test:) refuse the setting, and need none.
func keepAlive(conn *libvirt.Connect) { _ = conn.SetKeepAlive(5, 5) }
