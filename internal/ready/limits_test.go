// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
	"libvirt.org/go/libvirt"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/guest"
	"vmprov/internal/guest/guesttest"
)

// TestWaitingEvents: while a probe lacks, events name it and its last error.
func TestWaitingEvents(t *testing.T) {
	c, id := startDomain(t)
	port := guesttest.FreePort(t)
	target := newTarget(t, id, port, config.Probe{Kind: config.ProbeRunning}, sshProbe)
	events := make(chan event.Event, 1)
	emit := func(e event.Event) {
		select {
		case events <- e:
		default:
		}
	}
	done := make(chan error, 1)
	ctx := t.Context()
	go func() { done <- wait(ctx, c, target, emit, time.Millisecond) }()
	want := event.Event{
		Kind: event.Waiting, Guest: "xfs-1", Action: "wait until ready",
		Text: fmt.Sprintf("ssh: connect 127.0.0.1:%d: connection refused", port),
	}
	for got := range events {
		if strings.Contains(got.Text, ": ") {
			assert.DeepEqual(t, got, want)
			break
		}
	}
	listener, _ := guesttest.Listen(t, port)
	newServer(t).Serve(t, listener)
	assert.NilError(t, <-done)
}

// TestWaitCancelLeavesNothing: the end of the context ends every kind of probe
// at once, and no goroutine of a wait is left.
func TestWaitCancelLeavesNothing(t *testing.T) {
	c, id := startDomain(t)
	listener, silent := guesttest.Listen(t, 0)
	guesttest.Accept(t, listener, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	stuck := newServer(t)
	released := make(chan struct{})
	defer close(released)
	stuck.Run = func(string) (string, string, int) { <-released; return "", "", 0 }
	stuckPort := stuck.Start(t)
	for _, tc := range []struct {
		name   string
		target Target
	}{
		{"refused", newTarget(t, id, guesttest.FreePort(t), sshProbe)},
		{"silent", newTarget(t, id, silent, sshProbe)},
		{"command", newTarget(t, id, stuckPort, commandProbe("sleep", "infinity"))},
		{"agent", newTarget(t, id, silent, config.Probe{Kind: config.ProbeAgent})},
		{"address", func() Target {
			target := newTarget(t, id, silent, config.Probe{Kind: config.ProbeAddress})
			target.Login.Address = ""
			return target
		}()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			var said sync.Once
			emit := func(event.Event) { said.Do(cancel) }
			go func() { done <- wait(ctx, c, tc.target, emit, 100*time.Millisecond) }()
			assert.ErrorIs(t, <-done, context.Canceled)
			poll.WaitOn(t, func(poll.LogT) poll.Result {
				stacks := make([]byte, 1<<20)
				stacks = stacks[:runtime.Stack(stacks, true)]
				// The tests are in the package too; only the waiter's own count.
				if strings.Contains(string(stacks), "ready.(*waiter)") || strings.Contains(string(stacks), "ready.runSession") {
					return poll.Continue("left:\n%s", stacks)
				}
				return poll.Success()
			}, poll.WithDelay(time.Millisecond), poll.WithTimeout(time.Minute))
		})
	}
}

// TestOutputIsBounded: a guest that floods cannot fill vmprov's memory. (The
// ssh package copies with io.Copy, which would pass a Write by for a ReadFrom.)
func TestOutputIsBounded(t *testing.T) {
	server := newServer(t)
	server.Run = func(string) (string, string, int) {
		return strings.Repeat("o", 3*maxOutput), strings.Repeat("e", 3*maxOutput) + "\nlast", 0
	}
	l := newTarget(t, "", server.Start(t)).Login
	client, err := guest.Dial(t.Context(), l)
	assert.NilError(t, err)
	defer client.Close()
	out, err := remote(t.Context(), client, "flood")
	assert.NilError(t, err)
	assert.Equal(t, len(out), maxOutput)
	for _, w := range []io.Writer{&head{}, &tail{}} {
		_, fills := w.(io.ReaderFrom)
		assert.Assert(t, !fills, "%T", w)
	}
}

// TestHostileText: nothing that a guest says reaches a message as it is.
func TestHostileText(t *testing.T) {
	c, id := startDomain(t)
	server := newServer(t)
	const hostile = "\x1b]0;title\x07\x1b[2J\u202e\x9b31m\xff"
	server.Run = func(string) (string, string, int) {
		return "", hostile + strings.Repeat("long ", 2000) + "\r", 1
	}
	target := newTarget(t, id, server.Start(t), commandProbe("true"))
	target.ConsoleTail = func(context.Context) string {
		return strings.Repeat(hostile+"\x1b[0;32m  OK  \x1b[0m Started\r\n", 20) + strings.Repeat("x", 10000)
	}
	target.Timeout = brief
	var mu sync.Mutex
	var texts []string
	err := wait(t.Context(), c, target, func(e event.Event) {
		mu.Lock()
		defer mu.Unlock()
		texts = append(texts, e.Text)
	}, 10*time.Millisecond)
	timeout, ok := err.(*TimeoutError)
	assert.Assert(t, ok, "%v", err)
	lines := strings.Split(timeout.Console, "\n")
	assert.Equal(t, len(lines), consoleLines)
	assert.Assert(t, strings.HasSuffix(lines[0], "OK   Started"), lines[0])
	for _, text := range append(append(texts, timeout.Error(), timeout.Hint), lines...) {
		assert.Assert(t, utf8.ValidString(text), "%q", text)
		assert.Assert(t, !strings.ContainsAny(text, "\x1b\x07\u009b\u202e\r\n"), "%q", text)
		assert.Assert(t, utf8.RuneCountInString(text) < maxText+200, "%d characters", utf8.RuneCountInString(text))
	}
}

// TestWaitDefinedNotRunning: a guest that is off is not waited for.
func TestWaitDefinedNotRunning(t *testing.T) {
	c, id := startDomain(t)
	assert.NilError(t, c.Do(t.Context(), func(conn *libvirt.Connect) error {
		dom, err := conn.LookupDomainByUUIDString(id)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		xml, err := dom.GetXMLDesc(0)
		if err != nil {
			return err
		}
		defined, err := conn.DomainDefineXML(xml)
		if err != nil {
			return err
		}
		return defined.Free()
	}))
	t.Cleanup(func() {
		_ = c.Do(context.WithoutCancel(t.Context()), func(conn *libvirt.Connect) error {
			dom, err := conn.LookupDomainByUUIDString(id)
			if err != nil {
				return err
			}
			return dom.Undefine()
		})
	})
	destroy(t, c, id)
	target := newTarget(t, id, 1, sshProbe)
	target.ConsoleTail = func(context.Context) string { return "" }
	err := Wait(t.Context(), c, target, event.Discard)
	assert.DeepEqual(t, err, error(&StoppedError{Guest: "xfs-1", Reason: "destroyed"}))
	assert.Error(t, err, "wait for guest `xfs-1`: it stopped: destroyed")
}

// TestAddressOfRunningGuest takes the address that libvirt tells of a NIC.
func TestAddressOfRunningGuest(t *testing.T) {
	c, id := startDomain(t, `<interface type='user'><mac address='52:54:00:aa:00:01'/></interface>`)
	got, err := Address(t.Context(), c, id, []string{"52:54:00:AA:00:01"})
	assert.NilError(t, err)
	assert.Equal(t, got, "192.168.0.1")
	_, err = Address(t.Context(), c, id, []string{"52:54:00:aa:00:02"})
	assert.ErrorIs(t, err, errNoAddress)
}
