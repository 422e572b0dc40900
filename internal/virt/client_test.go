// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"
)

// client is a client of an empty host that lives in this process. Each of its
// connections has a host of its own.
func client(t *testing.T) *Client {
	t.Helper()
	node := filepath.Join(t.TempDir(), "node.xml")
	assert.NilError(t, os.WriteFile(node, []byte("<node/>"), 0o600))
	c, err := Connect(t.Context(), "test://"+node)
	assert.NilError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestConnect(t *testing.T) {
	for _, uri := range []string{"qemu+unix:///system?socket=/nonexistent", "no such driver"} {
		_, err := Connect(t.Context(), uri)
		assert.ErrorIs(t, err, ErrNoDaemon, uri)
		assert.ErrorContains(t, err, "connect to "+uri+": libvirtd does not answer: ")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Connect(ctx, "qemu+unix:///system?socket=/nonexistent")
	// Whichever comes first.
	assert.Check(t, errors.Is(err, context.Canceled) || errors.Is(err, ErrNoDaemon), "%v", err)
}

func TestReadHost(t *testing.T) {
	h, err := client(t).ReadHost(t.Context())
	assert.NilError(t, err)
	assert.Check(t, h.Local && !h.Session && !h.KVM && h.NoKVM != "", "%+v", h)
	assert.Check(t, h.LibVersion >= 8_002_000 && h.MemoryBytes > 0 && h.Machine == "q35" && h.Emulator == "", "%+v", h)
}

// TestPredicates: what libvirt's own errors mean.
func TestPredicates(t *testing.T) {
	c := client(t)
	do := func(fn func(*libvirt.Connect) error) error { return c.Do(t.Context(), fn) }
	missing := do(func(conn *libvirt.Connect) error { _, err := conn.LookupDomainByName("none"); return err })
	invalid := do(func(conn *libvirt.Connect) error {
		dom := define(t, conn)
		defer func() { _ = dom.Free() }()
		return dom.Destroy()
	})
	busy := libvirt.Error{Code: libvirt.ERR_INTERNAL_ERROR, Domain: libvirt.FROM_STORAGE, Message: "internal error: pool 'p' has asynchronous jobs running."}
	other := libvirt.Error{Code: libvirt.ERR_INTERNAL_ERROR, Domain: libvirt.FROM_STORAGE, Message: "internal error: no"}
	lost := libvirt.Error{Code: libvirt.ERR_INTERNAL_ERROR, Domain: libvirt.FROM_RPC, Message: "client socket is closed"}
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"domain", missing, "not found"},
		{"network", do(func(conn *libvirt.Connect) error { _, err := conn.LookupNetworkByName("none"); return err }), "not found"},
		{"pool", do(func(conn *libvirt.Connect) error { _, err := conn.LookupStoragePoolByName("none"); return err }), "not found"},
		{"wrapped", errors.Join(errors.New("x"), missing), "not found"},
		{"off already", invalid, "invalid state"},
		{"busy", busy, "busy"},
		{"internal", other, ""},
		{"lost", lost, "lost"},
		{"not libvirt's", errors.New("no domain"), ""},
		{"none", nil, ""},
	} {
		got := ""
		for word, is := range map[string]func(error) bool{"not found": IsNotFound, "invalid state": IsInvalidState, "busy": IsBusyPool, "lost": IsDisconnected} {
			if is(tc.err) {
				got += word
			}
		}
		assert.Check(t, got == tc.want, "%s: %q, %v", tc.name, got, tc.err)
	}
}

func define(t *testing.T, conn *libvirt.Connect) *libvirt.Domain {
	t.Helper()
	dom, err := conn.DomainDefineXML("<domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os></domain>")
	assert.NilError(t, err)
	return dom
}

// TestDoBoundsConnections: a burst of calls fills every place that there is,
// and no connection carries more than libvirtd takes.
func TestDoBoundsConnections(t *testing.T) {
	c := client(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	calls, inside := map[*libvirt.Connect]int{}, 0
	full := make(chan struct{})
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			assert.Check(t, c.Do(ctx, func(conn *libvirt.Connect) error {
				mu.Lock()
				calls[conn]++
				assert.Check(t, calls[conn] <= maxInFlight && len(calls) <= maxConnections, "%v", calls)
				if inside++; inside == maxConnections*maxInFlight {
					close(full)
				}
				mu.Unlock()
				select {
				case <-full:
				case <-ctx.Done():
					return ctx.Err()
				}
				mu.Lock()
				defer mu.Unlock()
				calls[conn]--
				return nil
			}))
		})
	}
	all.Wait()
	assert.Equal(t, len(calls), maxConnections)
}

// TestDoGivesUpAlone: a caller that gives up while a connection is opened does
// not take it from another who waits for it.
func TestDoGivesUpAlone(t *testing.T) {
	c := client(t)
	p := &pooled{opened: make(chan struct{}), users: 1, err: context.Canceled}
	close(p.opened)
	c.pool = []*pooled{p}
	for range maxConnections - 1 {
		busy := &pooled{opened: make(chan struct{}), users: maxInFlight, err: context.Canceled}
		close(busy.opened)
		c.pool = append(c.pool, busy)
	}
	assert.NilError(t, c.Do(t.Context(), func(conn *libvirt.Connect) error { _, err := conn.GetVersion(); return err }))
}

func TestDoAfterTheEnd(t *testing.T) {
	c := client(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(*libvirt.Connect) error { return errors.New("was called") }
	assert.ErrorIs(t, c.Do(ctx, never), context.Canceled)
	assert.ErrorIs(t, c.Look(ctx, never), context.Canceled)
}

// TestDoForgetsLostConnections: the next call gets a new one.
func TestDoForgetsLostConnections(t *testing.T) {
	c := client(t)
	lost := libvirt.Error{Code: libvirt.ERR_INTERNAL_ERROR, Domain: libvirt.FROM_RPC}
	assert.ErrorIs(t, c.Do(t.Context(), func(*libvirt.Connect) error { return lost }), lost)
	assert.Equal(t, len(c.pool), 0)
	assert.NilError(t, c.Do(t.Context(), func(conn *libvirt.Connect) error { _, err := conn.GetVersion(); return err }))
	assert.Equal(t, len(c.pool), 1)
}

func TestWatch(t *testing.T) {
	c := client(t)
	// Events come from the host of the connection that looks.
	look := func(fn func(*libvirt.Domain) error) {
		t.Helper()
		assert.NilError(t, c.Look(t.Context(), func(conn *libvirt.Connect) error {
			dom, err := conn.LookupDomainByName("a")
			assert.NilError(t, err)
			defer func() { _ = dom.Free() }()
			return fn(dom)
		}))
	}
	var uuid string
	assert.NilError(t, c.Look(t.Context(), func(conn *libvirt.Connect) (err error) {
		dom := define(t, conn)
		defer func() { _ = dom.Free() }()
		uuid, err = dom.GetUUIDString()
		return err
	}))
	events, stop, err := c.Watch(t.Context(), uuid)
	assert.NilError(t, err)
	again, stopAgain, err := c.Watch(t.Context(), uuid)
	assert.NilError(t, err)
	other, stopOther, err := c.Watch(t.Context(), "00000000-0000-0000-0000-000000000000")
	assert.NilError(t, err)
	defer stopOther()
	next := func(ch <-chan DomainEvent) DomainEvent {
		t.Helper()
		select {
		case e := <-ch:
			return e
		case <-time.After(time.Minute):
			t.Fatal("no event came")
			return DomainEvent{}
		}
	}

	look((*libvirt.Domain).Create)
	assert.Equal(t, next(events), DomainEvent{DomainStarted, "started"})
	assert.Equal(t, next(again), DomainEvent{DomainStarted, "started"})
	stopAgain()
	look((*libvirt.Domain).Destroy)
	assert.Equal(t, next(events), DomainEvent{DomainStopped, "destroyed"})
	look((*libvirt.Domain).Create)
	assert.Equal(t, next(events).Kind, DomainStarted)
	look((*libvirt.Domain).Shutdown)
	assert.Equal(t, next(events), DomainEvent{DomainStopped, "shutdown"})
	look((*libvirt.Domain).Undefine)
	assert.Equal(t, next(events), DomainEvent{DomainUndefined, "undefined"})
	stop()
	assert.Equal(t, len(again), 0, "events after its stop")
	assert.Equal(t, len(other), 0, "events of another domain")
	assert.Equal(t, len(c.watch.watchers[uuid]), 0)
}

// TestWatchAfterARestart: what was watched before has its events again, over a
// new connection, as soon as somebody else watches.
func TestWatchAfterARestart(t *testing.T) {
	c := client(t)
	events, stop, err := c.Watch(t.Context(), "aaaaaaaa-0000-0000-0000-000000000000")
	assert.NilError(t, err)
	defer stop()
	gone := c.eyes.conn
	c.watch.close() // a registration holds the connection
	_, err = gone.Close()
	assert.NilError(t, err)
	_, stopOther, err := c.Watch(t.Context(), "bbbbbbbb-0000-0000-0000-000000000000")
	assert.NilError(t, err)
	defer stopOther()
	assert.Assert(t, c.eyes.conn != gone)
	assert.NilError(t, c.Look(t.Context(), func(conn *libvirt.Connect) error {
		dom, err := conn.DomainCreateXML("<domain type='test'><name>a</name><uuid>aaaaaaaa-0000-0000-0000-000000000000</uuid><memory>1024</memory><os><type>hvm</type></os></domain>", 0)
		assert.NilError(t, err)
		return dom.Free()
	}))
	select {
	case e := <-events:
		assert.Equal(t, e.Kind, DomainStarted)
	case <-time.After(time.Minute):
		t.Fatal("no event came")
	}
}

func TestLifecycleEvent(t *testing.T) {
	for _, tc := range []struct {
		event  libvirt.DomainEventType
		detail int
		want   DomainEvent
	}{
		{libvirt.DOMAIN_EVENT_STOPPED, int(libvirt.DOMAIN_EVENT_STOPPED_CRASHED), DomainEvent{DomainCrashed, "crashed"}},
		{libvirt.DOMAIN_EVENT_STOPPED, int(libvirt.DOMAIN_EVENT_STOPPED_FAILED), DomainEvent{DomainCrashed, "failed"}},
		{libvirt.DOMAIN_EVENT_STOPPED, int(libvirt.DOMAIN_EVENT_STOPPED_MIGRATED), DomainEvent{DomainStopped, "stopped"}},
		{libvirt.DOMAIN_EVENT_CRASHED, int(libvirt.DOMAIN_EVENT_CRASHED_PANICKED), DomainEvent{DomainCrashed, "panicked"}},
		{libvirt.DOMAIN_EVENT_SUSPENDED, 0, DomainEvent{}},
	} {
		got, ok := lifecycleEvent(&libvirt.DomainEventLifecycle{Event: tc.event, Detail: tc.detail})
		assert.Check(t, got == tc.want && ok == (tc.want != DomainEvent{}), "%v", tc.want)
	}
}
