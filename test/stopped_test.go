// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

func TestStoppedGuestStaysStopped(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n  b: {}\n")
	p.must(t, "up")
	assert.Assert(t, cmp.Contains(p.must(t, "stop", "b"), "b      stopped"))
	assert.Equal(t, p.state(t, "b"), "shut off")
	assert.Assert(t, cmp.Contains(p.must(t, "status"), "b: stopped by its user\n"))

	const why = "its user stopped it (`vmprov up b` or `vmprov start b` starts it)"
	for _, command := range []string{"up", "recycle"} {
		result := p.vmprov(t, command).Assert(t, icmd.Success)
		assert.Check(t, cmp.Contains(result.Stderr(), "b: "+why+"\n"), command)
		assert.Check(t, cmp.Regexp(`b +left stopped .*`, result.Stdout()), command)
		assert.Check(t, p.state(t, "b") == "shut off", "%s started b", command)
	}
	assert.DeepEqual(t, p.rootOverlays(t, "a"), []int{2})
	assert.DeepEqual(t, p.rootOverlays(t, "b"), []int{1})

	p.must(t, "up", "b")
	assert.Equal(t, p.ssh(t, "b", "hostname"), "b")
	assert.Equal(t, strings.TrimSpace(p.must(t, "up")), p.Name+": no changes, 2 guests")
}

func TestSecondCommandAtTheSameTime(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n")
	first := p.begin(t, "up")
	first.reach(moment{"started", "wait until ready", "a"})

	holder := fmt.Sprintf("pid %d (%s --json up)", first.cmd.Process.Pid, suite.binary)
	for _, command := range [][]string{{"up"}, {"recycle"}, {"stop", "a"}, {"destroy", "--yes"}} {
		refused := p.vmprov(t, command...)
		refused.Assert(t, icmd.Expected{ExitCode: 5, Out: icmd.None, Err: fmt.Sprintf(
			"vmprov: error: lock project `%s` on qemu:///system: held by %s\n", p.Name, holder)})
		assert.Check(t, cmp.Contains(refused.Stderr(), "vmprov: hint: `--wait-lock 10m` waits for it\n"))
	}
	// What only looks needs no lock.
	assert.Assert(t, cmp.Contains(p.must(t, "status"), "a: not seen ready yet"))
	assert.Assert(t, cmp.Contains(p.must(t, "plan"), "wait until ready"))

	waited := p.vmprov(t, "up", "--wait-lock", "2m").Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(waited.Stderr(), "vmprov: waiting for "+holder+", at most 2m0s\n"))
	assert.Equal(t, strings.TrimSpace(waited.Stdout()), p.Name+": no changes, 1 guest")
	assert.Equal(t, first.end(), 0)
}

// TestWaitForLockEnds: a wait for the lock has its end, and can be interrupted;
// so can the wait for a guest, which boots on and is waited for by the next up.
func TestWaitForLockEnds(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n")
	first := p.begin(t, "up")
	first.reach(moment{"started", "wait until ready", "a"})
	p.vmprov(t, "up", "--wait-lock", "300ms").Assert(t, icmd.Expected{ExitCode: 5})
	p.cut(t, interrupt, moment{"waiting", "lock project", ""}, "up", "--wait-lock", "2m")
	assert.NilError(t, first.cmd.Process.Signal(interrupt))
	assert.Equal(t, first.end(), 130)

	pid := p.pid(t, "a")
	assert.Assert(t, cmp.Regexp(`a +completed `, p.must(t, "up")))
	assert.Equal(t, p.ssh(t, "a", "hostname"), "a")
	assert.Equal(t, p.pid(t, "a"), pid)
}
