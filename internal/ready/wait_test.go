// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"libvirt.org/go/libvirt"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/guest/guesttest"
	"vmprov/internal/virt"
)

func TestWaitRunning(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, 1, config.Probe{Kind: config.ProbeRunning}, config.Probe{Kind: config.ProbeAddress})
	assert.NilError(t, Wait(t.Context(), c, target, event.Discard))
}

func TestWaitStopped(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, guesttest.FreePort(t), sshProbe)
	target.ConsoleTail = func(context.Context) string { return "boot\n\x1b[31mpanic\x1b[0m\r\n" }
	done := make(chan error, 1)
	ctx := t.Context()
	go func() { done <- Wait(ctx, c, target, event.Discard) }()
	destroy(t, c, id)
	err := <-done
	var stopped *StoppedError
	assert.Assert(t, errors.As(err, &stopped), "%v", err)
	assert.Equal(t, stopped.Console, "boot\npanic")
}

func TestWaitNotThere(t *testing.T) {
	c, _ := startDomain(t)
	err := Wait(t.Context(), c, newTarget(t, uuid.NewString(), 1, sshProbe), event.Discard)
	assert.Error(t, err, "wait for guest `xfs-1`: it stopped: undefined")
}

func TestStopReason(t *testing.T) {
	for _, tc := range []struct {
		state  libvirt.DomainState
		reason libvirt.DomainShutoffReason
		want   string
	}{
		{libvirt.DOMAIN_RUNNING, 0, ""},
		{libvirt.DOMAIN_PAUSED, 0, ""},
		{libvirt.DOMAIN_CRASHED, 0, "crashed"},
		{libvirt.DOMAIN_SHUTOFF, libvirt.DOMAIN_SHUTOFF_CRASHED, "crashed"},
		{libvirt.DOMAIN_SHUTOFF, libvirt.DOMAIN_SHUTOFF_FAILED, "failed to start"},
		{libvirt.DOMAIN_SHUTOFF, libvirt.DOMAIN_SHUTOFF_SAVED, "not running"},
	} {
		assert.Equal(t, stopReason(tc.state, int(tc.reason)), tc.want)
	}
}

// TestStaleStop: an event that tells of a stop before the start is no stop.
func TestStaleStop(t *testing.T) {
	c, id := startDomain(t)
	w := newWaiter(c, newTarget(t, id, 1))
	for _, kind := range []virt.DomainEventKind{virt.DomainStopped, virt.DomainCrashed} {
		assert.NilError(t, w.handle(t.Context(), virt.DomainEvent{Kind: kind, Detail: "destroyed"}))
	}
	destroy(t, c, id)
	assert.Error(t, w.handle(t.Context(), virt.DomainEvent{Kind: virt.DomainStopped, Detail: "destroyed"}), "destroyed")
}

// TestLookAgain: what no event told is found out all the same.
func TestLookAgain(t *testing.T) {
	channel := func(state string) string {
		return "<channel type='unix'><target type='virtio' name='" + agentChannel + "' state='" + state + "'/></channel>"
	}
	c, id := startDomain(t, channel("connected"))
	w := newWaiter(c, Target{Guest: "xfs-1", UUID: id})
	missed := make(chan error, 1)
	w.lookAgain(t.Context(), missed)
	assert.Equal(t, len(missed), 0)
	destroy(t, c, id)
	for range 2 {
		w.lookAgain(t.Context(), missed)
	}
	assert.Error(t, <-missed, "undefined")
}

func TestWaitCancelled(t *testing.T) {
	c, id := startDomain(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Wait(ctx, c, newTarget(t, id, guesttest.FreePort(t), sshProbe), event.Discard)
	assert.ErrorIs(t, err, context.Canceled)
	var timeout *TimeoutError
	assert.Assert(t, !errors.As(err, &timeout))
}

func TestAgentEvent(t *testing.T) {
	c, id := startDomain(t)
	w, done := running(t, c, newTarget(t, id, 1, config.Probe{Kind: config.ProbeAgent}))
	assert.NilError(t, w.handle(t.Context(), virt.DomainEvent{Kind: virt.AgentConnected}))
	assert.NilError(t, w.handle(t.Context(), virt.DomainEvent{Kind: virt.AgentConnected}))
	assert.NilError(t, <-done)
}

// TestAskLeavesAStuckCall: a call that the guest holds does not hold the wait.
func TestAskLeavesAStuckCall(t *testing.T) {
	c, id := startDomain(t)
	release := make(chan struct{})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := ask(ctx, c, id, func(*libvirt.Domain) (int, error) {
		cancel()
		<-release
		return 0, nil
	})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestAgentChannelConnected(t *testing.T) {
	const channel = `<domain><devices><channel type='unix'><target type='virtio' name='%NAME' state='%STATE'/></channel></devices></domain>`
	xml := func(name, state string) string {
		return strings.NewReplacer("%NAME", name, "%STATE", state).Replace(channel)
	}
	assert.Assert(t, agentChannelConnected(xml(agentChannel, "connected")))
	assert.Assert(t, !agentChannelConnected(xml(agentChannel, "disconnected")))
	assert.Assert(t, !agentChannelConnected(xml("com.redhat.spice.0", "connected")))
	assert.Assert(t, !agentChannelConnected("<domain/>"))
	assert.Assert(t, !agentChannelConnected("no xml"))
}

func TestUsable(t *testing.T) {
	nic := func(mac string, addresses ...string) libvirt.DomainInterface {
		n := libvirt.DomainInterface{Hwaddr: mac}
		for _, a := range addresses {
			n.Addrs = append(n.Addrs, libvirt.DomainIPAddress{Addr: a})
		}
		return n
	}
	const mine = "52:54:00:AA:00:01"
	for _, tc := range []struct {
		name string
		nics []libvirt.DomainInterface
		want []string
	}{
		{"none", nil, nil},
		{"another's", []libvirt.DomainInterface{nic("02:42:00:00:00:01", "172.17.0.1")}, nil},
		{"case of the MAC", []libvirt.DomainInterface{nic("52:54:00:aa:00:01", "10.0.0.2")}, []string{"10.0.0.2"}},
		{"IPv4 first", []libvirt.DomainInterface{nic(mine, "fd00::2", "10.0.0.2")}, []string{"10.0.0.2", "fd00::2"}},
		{"IPv6 alone", []libvirt.DomainInterface{nic(mine, "fe80::1", "fd00::2", "fd00::3")}, []string{"fd00::2", "fd00::3"}},
		{"no use", []libvirt.DomainInterface{nic(mine, "127.0.0.1", "169.254.3.4", "::1", "fe80::1", "what")}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.DeepEqual(t, usable(tc.nics, []string{mine}), tc.want) })
	}
}

// TestNewest: of two leases of one NIC the later one is the guest's.
func TestNewest(t *testing.T) {
	now := time.Now()
	lease := func(kind libvirt.IPAddrType, address string, ends time.Duration) libvirt.NetworkDHCPLease {
		return libvirt.NetworkDHCPLease{Type: kind, IPaddr: address, ExpiryTime: now.Add(ends)}
	}
	leases := []libvirt.NetworkDHCPLease{
		lease(libvirt.IP_ADDR_TYPE_IPV6, "fd00::2", 3*time.Hour),
		lease(libvirt.IP_ADDR_TYPE_IPV4, "10.0.0.2", time.Minute),
		lease(libvirt.IP_ADDR_TYPE_IPV4, "10.0.0.3", time.Hour),
		lease(libvirt.IP_ADDR_TYPE_IPV4, "10.0.0.4", 2*time.Hour),
	}
	assert.Equal(t, newest(leases, []string{"10.0.0.2", "10.0.0.3", "fd00::2"}), "10.0.0.3")
	assert.Equal(t, newest(leases[:1], []string{"fd00::2"}), "fd00::2")
	assert.Equal(t, newest(nil, []string{"10.0.0.2"}), "")
}

// TestNoAddress: the test driver knows no address of a domain without a NIC.
func TestNoAddress(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, 22, sshProbe)
	target.Login.Address, target.MACs = "", []string{"52:54:00:00:00:01"}
	target.Timeout = brief
	err := Wait(t.Context(), c, target, event.Discard)
	assert.ErrorIs(t, err, errNoAddress)
}

func TestPace(t *testing.T) {
	for waited, want := range map[time.Duration]time.Duration{
		0: 20 * time.Millisecond, 20 * time.Second: 80 * time.Millisecond, time.Hour: 100 * time.Millisecond,
	} {
		assert.Equal(t, pace(waited), want)
	}
	assert.Equal(t, nextAttempt(time.Hour, true), refusedPace)
	assert.Equal(t, nextAttempt(0, true), 20*time.Millisecond)
	assert.Equal(t, nextAttempt(0, false), silentPace)
	assert.Equal(t, nextAttempt(time.Hour, false), 100*time.Millisecond)
}

func TestMountPoints(t *testing.T) {
	assert.DeepEqual(t, mountPoints("a /x\\040y\\134z\\043 t rw 0 0\nshort\n\nb /end\\04 t rw 0 0"), []string{`/x y\z#`, `/end\04`})
}

func TestTail(t *testing.T) {
	keep := tail{most: 4}
	for _, s := range []string{"abcdefgh", "ij", "k"} {
		n, err := keep.Write([]byte(s))
		assert.NilError(t, err)
		assert.Equal(t, n, len(s))
	}
	assert.Equal(t, keep.kept.String(), "hijk")
}

// TestAdvice keeps the words of the hints in one place to read.
func TestAdvice(t *testing.T) {
	target := Target{Guest: "xfs-1"}
	var b strings.Builder
	for _, tc := range []struct {
		probe string
		last  error
	}{
		{"ssh", &mountsError{[]string{"/data"}}},
		{"command", &exitError{command: "'false'", how: "exit status 1"}},
		{"address", errNoAddress},
		{"ssh", &connectError{"10.0.0.2:22", context.DeadlineExceeded}},
		{"agent", nil},
		{"ssh", nil},
	} {
		b.WriteString(tc.probe + ": " + advice(tc.probe, tc.last, target) + "\n")
	}
	golden.Assert(t, b.String(), "advice.golden")
}
