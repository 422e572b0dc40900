// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/poll"
)

// TestLibvirtdRestarts takes the lab's daemon away from everybody, so it runs
// alone. Guests live on without it, and so does a command that waits for one.
func TestLibvirtdRestarts(t *testing.T) {
	p := newProject(t)
	p.configure(t, "guests:\n  a: {ready: [ssh, {command: [test, -e, /run/told]}]}\n")
	up := p.begin(t, "up")
	up.reach(moment{"waiting", "wait until ready", "a"})
	stopLibvirtd(t)
	result := p.refused(t, 4, "status")
	assert.Assert(t, cmp.Contains(result.Stderr(), "vmprov: error: connect to qemu:///system: libvirtd does not answer: "))
	p.refused(t, 4, "up", "--wait-lock", "1m")
	startLibvirtd(t)
	p.sshUp(t, "a", "touch /run/told")
	up.reach(moment{"done", "wait until ready", "a"})
	assert.Equal(t, up.end(), 0, "%s", up.stderr)
	assert.Equal(t, strings.TrimSpace(p.must(t, "up")), p.Name+": no changes, 1 guest")
}

// TestGuestStopsAfterLibvirtdRestarts: no event tells of it, and the command
// that waits for the guest finds out long before its time is over.
func TestGuestStopsAfterLibvirtdRestarts(t *testing.T) {
	p := newProject(t)
	p.configure(t, "guests:\n  a: {ready: [agent], readyTimeout: 10m}\n")
	up := p.begin(t, "up")
	up.reach(moment{"waiting", "wait until ready", "a"})
	stopLibvirtd(t)
	startLibvirtd(t)
	// Answered only when libvirtd has QEMU back: a destroy in between ends the
	// guest and then fails for want of it (seen on 12.8).
	virsh(t, "dommemstat", p.domain("a"))
	virsh(t, "destroy", p.domain("a"))
	assert.Equal(t, up.end(), 1, "%s", up.stderr)
	assert.Assert(t, cmp.Contains(up.stderr.String(), "wait for guest `a`: it stopped: destroyed"))
}

// sshUp is ssh to a guest that may still boot.
func (p *project) sshUp(t *testing.T, guest, command string) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if result := icmd.RunCmd(p.command("ssh", guest, "--", command)); result.ExitCode != 0 {
			return poll.Continue("%s", result)
		}
		return poll.Success()
	}, poll.WithTimeout(time.Minute), poll.WithDelay(200*time.Millisecond))
}

// pidFile is where the lab's libvirtd notes its process: beside TMPDIR.
func pidFile() string { return filepath.Join(filepath.Dir(os.TempDir()), "libvirtd.pid") }

// stopLibvirtd ends the lab's daemon until startLibvirtd, or the test's end.
func stopLibvirtd(t *testing.T) {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(readFile(t, pidFile())))
	assert.NilError(t, err)
	t.Cleanup(func() { startLibvirtd(t) })
	assert.NilError(t, syscall.Kill(pid, syscall.SIGTERM))
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if syscall.Kill(pid, 0) == nil {
			return poll.Continue("libvirtd (pid %d) runs on", pid)
		}
		return poll.Success()
	}, poll.WithTimeout(20*time.Second))
}

// startLibvirtd starts the lab's daemon again where it does not run.
func startLibvirtd(t *testing.T) {
	t.Helper()
	answers := func(poll.LogT) poll.Result {
		result := icmd.RunCommand("virsh", "-q", "-c", "qemu:///system", "uri")
		if result.ExitCode != 0 {
			return poll.Continue("%s", result.Stderr())
		}
		return poll.Success()
	}
	if icmd.RunCommand("virsh", "-q", "-c", "qemu:///system", "uri").ExitCode == 0 {
		return
	}
	icmd.RunCommand("libvirtd", "-d", "-p", pidFile()).Assert(t, icmd.Success)
	poll.WaitOn(t, answers, poll.WithTimeout(20*time.Second))
}
