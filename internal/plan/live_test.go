// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/config"
)

// TestUpOfLiveChanges: what a running guest takes at once, what waits for its
// next boot beside that, and what stops both.
func TestUpOfLiveChanges(t *testing.T) {
	const (
		plain  = "  a: {shares: [{tag: t, source: /s}], cpus: 1, maxCPUs: 4, disks: [{name: log, size: 1GiB}]}\n"
		pinned = "cputune: {vcpupin: {'0': '1', '1': 0-1}, emulatorpin: '0'}, "
	)
	// with is a guest like plain's with other words; without is one of plain's own.
	with := func(words string) string { return strings.Replace(plain, "a: {", "a: {"+words+", ", 1) }
	restart := func(_ Desired, o *UpOptions) { o.Restart = true }
	for _, tc := range []upCase{
		{name: "live balloon", was: plain, now: with("currentMemory: 512MiB")},
		{name: "live balloon back", was: with("currentMemory: 512MiB"), now: plain},
		{name: "live cpus and pins", was: plain, now: strings.Replace(plain, "cpus: 1", pinned+"cpus: 2", 1)},
		{name: "live fewer cpus", was: strings.Replace(plain, "cpus: 1", "cpus: 2", 1), now: plain},
		{name: "live throttle", was: plain, now: strings.Replace(plain, "log,", "log, throttle: {totalIopsSec: 100},", 1)},
		{name: "live nic", was: "  a: {networks: []}\n", now: "  a: {networks: [lab]}\n"},
		{name: "live nic gone", was: "  a:\n", now: "  a: {networks: []}\n"},
		{name: "live link down", was: "  a:\n", now: "  a: {networks: [{network: lab, link: down}]}\n"},
		{name: "live link up", was: "  a: {networks: [{network: lab, link: down}]}\n", now: "  a:\n"},
		{name: "live share", was: plain, now: strings.Replace(plain, "/s}", "/s}, {tag: u, source: /u, target: /mnt}", 1)},
		{name: "share without a control group", was: plain, now: strings.Replace(plain, "/s}", "/s}, {tag: u, source: /u, target: /mnt}", 1),
			observed: func(o Observed) Observed { return o.with("a", func(g *ObservedGuest) { g.NoCGroup = true }) }},
		{name: "live share gone", was: plain, now: "  a: {cpus: 1, maxCPUs: 4, disks: [{name: log, size: 1GiB}]}\n"},
		{name: "live disk with a mount point", was: "  a:\n", now: "  a: {disks: [{name: d, size: 1GiB, filesystem: {type: xfs}, target: /mnt}]}\n"},
		{name: "mounted disk gone", was: "  a: {disks: [{name: d, size: 1GiB, filesystem: {type: xfs}, target: /mnt}]}\n", now: "  a:\n"},
		{name: "live disk for another", was: plain, now: strings.Replace(plain, "log", "data", 1)},
		{name: "live and waiting", was: plain, now: with("currentMemory: 512MiB, accelerator: kvm, autostart: true")},
		{name: "live and waiting restart", was: plain, now: with("currentMemory: 512MiB, accelerator: kvm"), options: restart},
		{name: "live restart", was: plain, now: with("currentMemory: 512MiB"), options: restart},
		{name: "live off", was: plain, now: with("currentMemory: 512MiB"), observed: func(o Observed) Observed { return o.with("a", off) }},
		{name: "live against a hand edit", was: plain, now: with("currentMemory: 512MiB"), observed: func(o Observed) Observed { return o.with("a", edited) }},
		{name: "share that its memory cannot take", was: "  a: {shares: [{tag: t, source: /s}]}\n",
			now: "  a: {shares: [{tag: t, source: /s}, {tag: u, source: /u}]}\n", observed: bootedWith(t, "  a:\n")},
		{name: "throttle of a disk that waits", was: "  a: {disks: [{name: d, size: 1GiB}]}\n",
			now: "  a: {disks: [{name: d, size: 1GiB, throttle: {totalIopsSec: 5}}]}\n", observed: bootedWith(t, "  a: {memoryBacking: {locked: true}, disks: [{name: d, bus: nvme, size: 1GiB}]}\n")},
		{name: "throttle of a disk that is not there yet", was: "  a: {disks: [{name: d, size: 1GiB, iothread: true}]}\n",
			now: "  a: {disks: [{name: d, size: 2GiB, iothread: true, throttle: {totalIopsSec: 5}}]}\n", observed: bootedWith(t, "  a:\n")},
		{name: "live change open", was: with("currentMemory: 512MiB"), observed: func(o Observed) Observed {
			return bootedWith(t, plain)(o).with("a", open(IntentChange))
		}},
		{name: "live change open and taken back", was: with("currentMemory: 512MiB"), now: plain, observed: func(o Observed) Observed {
			return bootedWith(t, plain)(o).with("a", open(IntentChange))
		}},
		{name: "live change open restart", was: with("currentMemory: 512MiB"), options: restart, observed: func(o Observed) Observed {
			return bootedWith(t, plain)(o).with("a", open(IntentChange))
		}},
		{name: "live change not noted", was: with("currentMemory: 512MiB"), observed: bootedWith(t, plain)},
		{name: "live while it boots", was: plain, now: strings.Replace(plain, "/s}", "/s}, {tag: u, source: /u, target: /mnt}", 1), observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) { g.Live.Ready = false })
		}},
	} {
		t.Run(tc.name, tc.run)
	}
}

// bootedWith is guest a whose running self was booted with another spec.
func bootedWith(t *testing.T, guests string) func(Observed) Observed {
	return func(o Observed) Observed {
		t := &testing.T{} // declare fails on a mistake of the table alone
		spec := declare(t, guests).Declared[0]
		return o.with("a", func(g *ObservedGuest) { g.Live.Applied = encodeSpec(spec) })
	}
}

// TestOpenLiveChange: other commands meet a change of which the running guest
// did not take all.
func TestOpenLiveChange(t *testing.T) {
	d := declare(t, "  a: {disks: [{name: d, size: 1GiB}]}\n")
	o := bootedWith(t, "  a:\n")(settled(d)).with("a", open(IntentChange))
	t.Run("recycle", func(t *testing.T) {
		p, err := DiffRecycle(d, o, RecycleOptions{Selected: d.Declared})
		assert.NilError(t, err)
		checkGraph(t, p)
		golden.Assert(t, explain(p, d), "recycle/live-change-open.golden")
	})
	t.Run("stop", func(t *testing.T) {
		p, err := DiffStop(d, o, d.Declared)
		assert.NilError(t, err)
		golden.Assert(t, explain(p, d), "stop-live-change-open.golden")
	})
}

// TestPendingIsExact: after a live change the running guest lacks what waits
// for its boot and nothing else.
func TestPendingIsExact(t *testing.T) {
	before := declare(t, "  a: {shares: [{tag: t, source: /s}]}\n")
	d := declare(t, "  a: {memory: 2GiB, shares: [{tag: t, source: /s}, {tag: u, source: /u, target: /mnt}], disks: [{name: d, size: 1GiB}]}\n")
	p, err := DiffUp(d, settled(before), all(d))
	assert.NilError(t, err)
	var live, defined Mark
	for _, a := range p.Actions {
		switch op := a.Op.(type) {
		case liveStep:
			live = op.mark
		case commitMark:
			defined = op.mark
		}
	}
	g := ObservedGuest{Mark: defined, Live: &live, Active: true}
	assert.Equal(t, g.Pending(), "memory, shares[u].target")

	// The same declaration again has nothing to do.
	o := settled(before).with("a", func(g *ObservedGuest) {
		fingerprint := g.Mark.Fingerprint
		g.Mark, g.Live = defined, &live
		g.Mark.Fingerprint = fingerprint
	})
	o.Pool.Volumes["p-a.d.qcow2"] = true
	again, err := DiffUp(d, o, all(d))
	assert.NilError(t, err)
	assert.Check(t, again.Empty(), "%s", again)
	assert.DeepEqual(t, again.Guest("a").Notes, []string{"pending until its next boot: memory, shares[u].target (`--restart` applies it now)"})
	assert.DeepEqual(t, again.Guest("a").Changes, []config.Change(nil))
}
