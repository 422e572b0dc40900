// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"errors"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"vmprov/internal/config"
	"vmprov/internal/event"
)

const boot = "SeaBIOS (version 1.16)\r\n[    0.000000] Linux version 6.12.0 (me@here)\r\n[    0.100000] Command line: quiet\r\n"

func TestTroubleIn(t *testing.T) {
	cases := []struct {
		name, console, want string
		panic               bool
	}{
		{"nothing", boot + "[    1.0] all well\n", "", false},
		{"a panic alone", boot + "[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\r\n[    1.1] CPU: 0 PID: 1\r\n",
			"[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n[    1.1] CPU: 0 PID: 1", true},
		{"an oops before it", boot + "[ 1.0] fine\n[ 2.0] BUG: kernel NULL pointer dereference, address: 0\n[ 2.1] #PF\n[ 2.2] Oops: 0002 [#1]\n" +
			"[ 2.3] CPU: 0\n[ 2.4] RIP: 0010:mine+0x1\n[ 2.5] Code: 00\n[ 2.6] Call Trace:\n[ 3.0] Kernel panic - not syncing: Fatal exception\n",
			"[ 2.0] BUG: kernel NULL pointer dereference, address: 0\n[ 2.1] #PF\n[ 2.2] Oops: 0002 [#1]\n[ 2.3] CPU: 0\n[ 2.4] RIP: 0010:mine+0x1\n[ 2.5] Code: 00", true},
		{"an oops that it lives on with", boot + "[ 2.0] Oops: 0002 [#1]\n", "[ 2.0] Oops: 0002 [#1]", false},
		{"a hung task", boot + "[ 240.1] INFO: task mount:77 blocked for more than 120 seconds.\n[ 240.2]       Not tainted 6.12.0\n",
			"[ 240.1] INFO: task mount:77 blocked for more than 120 seconds.\n[ 240.2]       Not tainted 6.12.0", false},
		{"a soft lockup", boot + "[ 60.0] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [mine:1]\n",
			"[ 60.0] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [mine:1]", false},
		{"a stall", boot + "[ 21.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n", "[ 21.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", false},
		{"a task that says so itself", boot + "INFO: task done, [Firmware Bug]: none\n", "", false},
		{"escape sequences", boot + "\x1b[31mKernel panic - not syncing: \x1b]0;evil\x07x\n", "Kernel panic - not syncing: x", true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			lines, panic := troubleIn(tc.console)
			assert.Equal(t, lines, tc.want)
			assert.Equal(t, panic, tc.panic)
		})
	}
}

// TestWaitEndsAtAPanic: the guest runs on, and nothing but its console tells.
func TestWaitEndsAtAPanic(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, 1, config.Probe{Kind: config.ProbeSSH})
	target.Timeout = time.Minute
	target.ConsoleSince = func(context.Context) string { return boot + "[ 1.0] Kernel panic - not syncing: no init\n" }
	err := wait(t.Context(), c, target, func(event.Event) {}, time.Millisecond)
	var panicked *PanicError
	assert.Assert(t, errors.As(err, &panicked), "%v", err)
	assert.Equal(t, err.Error(), "wait for guest `xfs-1`: its kernel panicked: [ 1.0] Kernel panic - not syncing: no init")
}

func TestSilence(t *testing.T) {
	began := time.Now()
	h := hearing{at: began}
	assert.Equal(t, h.silence(began.Add(longSilence-1)), time.Duration(0))
	assert.Equal(t, h.silence(began.Add(130*time.Second+1)), 130*time.Second)
	h.hears("Linux", began.Add(time.Minute))
	h.hears("Linux", began.Add(2*time.Minute))
	assert.Equal(t, h.silence(began.Add(130*time.Second)), 70*time.Second)
}

// TestTimeoutSaysWhatTheKernelSaid: a guest that hangs without a panic.
func TestTimeoutSaysWhatTheKernelSaid(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, 1, sshProbe)
	target.Timeout = brief
	target.ConsoleSince = func(context.Context) string {
		return boot + "[ 1.0] BUG: scheduling while atomic\n[ 1.1] Modules linked in:\n"
	}
	err := wait(t.Context(), c, target, event.Discard, time.Hour)
	var timeout *TimeoutError
	assert.Assert(t, errors.As(err, &timeout), "%v", err)
	assert.Equal(t, timeout.Trouble, "[ 1.0] BUG: scheduling while atomic\n[ 1.1] Modules linked in:")
	assert.ErrorContains(t, err, "; its kernel said: [ 1.0] BUG: scheduling while atomic")
}

// TestTimeoutSaysASilence gives the length, and nothing where it is not long.
func TestTimeoutSaysASilence(t *testing.T) {
	e := TimeoutError{Guest: "g", Probe: "ssh", After: 5 * time.Minute, Silent: 130 * time.Second}
	assert.Error(t, &e, "wait for guest `g`: not ready after 5m0s: probe ssh; its console has been silent for 2m10s")
}

// TestWaitSaysThePanicOfAStoppedGuest: its panic device ended it.
func TestWaitSaysThePanicOfAStoppedGuest(t *testing.T) {
	c, id := startDomain(t)
	target := newTarget(t, id, 1, sshProbe)
	target.ConsoleSince = func(context.Context) string { return boot + "[ 1.0] Kernel panic - not syncing: no init\n" }
	destroy(t, c, id)
	err := wait(t.Context(), c, target, event.Discard, time.Hour)
	var panicked *PanicError
	assert.Assert(t, errors.As(err, &panicked), "%v", err)
}
