// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/config"
	"vmprov/storage"
)

// upCase is one plan of up: guests as they were applied and as they are
// declared now, and what else varies.
type upCase struct {
	name        string
	was, now    string // guests in YAML; an empty now is was
	desired     func(*Desired)
	observed    func(Observed) Observed
	options     func(Desired, *UpOptions)
	wantRefusal string
}

func (tc upCase) run(t *testing.T) {
	if tc.now == "" {
		tc.now = tc.was
	}
	o := Observed{Pool: emptyPool()}
	if tc.was != "" {
		o = settled(declare(t, tc.was))
	}
	d := declare(t, tc.now)
	if tc.desired != nil {
		tc.desired(&d)
	}
	if tc.observed != nil {
		o = tc.observed(o)
	}
	options := all(d)
	if tc.options != nil {
		tc.options(d, &options)
	}
	p, err := DiffUp(d, o, options)
	if tc.wantRefusal != "" {
		assert.Error(t, err, tc.wantRefusal)
		return
	}
	assert.NilError(t, err)
	checkGraph(t, p)
	golden.Assert(t, explain(p, d), "up/"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
}

// rotated are console logs that virtlogd put away, which no mark names.
var rotated = regexp.MustCompile(`\.console\..*log\.[0-9]+$`)

// checkGraph holds every plan to what holds for all of them: actions come
// after what they need, a blocked guest has none, a volume is named by a mark
// before it is made, and a domain is undefined after its volumes are gone.
func checkGraph(t *testing.T, p *Plan) {
	t.Helper()
	for i, a := range p.Actions {
		assert.Check(t, a.ID == ID(i+1), "id of %s", a)
		for _, need := range append(a.Needs, a.IfFailed) {
			assert.Check(t, need < a.ID, "order of %s", a)
		}
		if g := p.Guest(a.Guest); g != nil {
			assert.Check(t, g.Blocked == nil, "blocked, yet: %s", a)
		}
		switch op := a.Op.(type) {
		case createVolume:
			assert.Check(t, anyBefore(p, a, func(o Op) bool { m, ok := markIn(o); return ok && m.Intent != IntentNone && m.owns(op.volume.Name) }),
				"no open mark before %s", a)
		case deleteVolume:
			assert.Check(t, anyBefore(p, a, func(o Op) bool { m, ok := markIn(o); return ok && m.Intent != IntentNone && m.owns(op.name) }) ||
				rotated.MatchString(op.name), "no open mark before %s", a)
		case fillVolume:
			assert.Check(t, anyBefore(p, a, func(o Op) bool { m, ok := markIn(o); return ok && m.Intent != IntentNone && m.owns(op.volume.Name) }),
				"no open mark before %s", a)
		case startDomain:
			assert.Check(t, anyBefore(p, a, func(o Op) bool { _, ok := markIn(o); return ok }), "no mark before %s", a)
		}
	}
}

// anyBefore says that an action that a needs, directly or not, has such an op.
func anyBefore(p *Plan, a Action, is func(Op) bool) bool {
	for _, id := range append(a.Needs, a.IfFailed) {
		if id != 0 && (is(p.Actions[id-1].Op) || anyBefore(p, p.Actions[id-1], is)) {
			return true
		}
	}
	return false
}

func TestUpCreates(t *testing.T) {
	const disks = "  a: {disks: [{name: scratch, size: 1GiB}, {name: log, bus: nvme, size: 2GiB, format: raw}], autostart: true}\n"
	for _, tc := range []upCase{
		{name: "create", now: disks, observed: func(o Observed) Observed { o.Pool = missingPool(); return o }},
		{name: "create in pool", now: disks},
		{name: "create without waiting", now: "  a: {networks: []}\n", options: func(_ Desired, o *UpOptions) { o.NoWait = true }},
		{name: "create unbuilt", now: "  a:\n", desired: func(d *Desired) { d.Images = nil }},
		{name: "create by start", now: "  a:\n", options: func(_ Desired, o *UpOptions) { o.Existing = true }},
		{name: "no change", was: disks},
		{name: "fleet", was: "  a: {count: 1}\n", now: "  a: {count: 3}\n"},
		{name: "unfit guest stops no other", now: "  a:\n  b:\n", observed: func(o Observed) Observed {
			o.Unfit = map[string]error{"a": errUnfit}
			return o
		}},
		{name: "all blocked", now: "  a:\n", observed: func(o Observed) Observed {
			o.Pool, o.Unfit = missingPool(), map[string]error{"a": errUnfit}
			return o
		}},
		{name: "blocked guest takes no address", was: "  a:\n", now: "  a:\n  b:\n", observed: func(o Observed) Observed {
			o.Unfit = map[string]error{"b": errUnfit}
			return o
		}},
		{name: "more than the host has", now: "  a: {count: 2, memory: 6GiB}\n", desired: func(d *Desired) { d.Host.MemoryBytes = 8 << 30 },
			observed: func(o Observed) Observed { o.Pool.Available = 1 << 30; return o }},
		{name: "emulated", now: "  a:\n", desired: func(d *Desired) { d.Host.KVM, d.Host.NoKVM = false, "no kvm here" }},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpTakesUpChanges(t *testing.T) {
	const disk = "  a: {disks: [{name: scratch, size: 1GiB}]}\n"
	const larger = "  a: {disks: [{name: scratch, size: 2GiB}]}\n"
	stopped := func(o Observed) Observed { return o.with("a", off) }
	restart := func(_ Desired, o *UpOptions) { o.Restart = true }
	for _, tc := range []upCase{
		{name: "memory running", was: "  a:\n", now: "  a: {memory: 2GiB}\n"},
		{name: "memory restart", was: "  a:\n", now: "  a: {memory: 2GiB}\n", options: restart},
		{name: "memory stopped", was: "  a:\n", now: "  a: {memory: 2GiB}\n", observed: stopped},
		{name: "pending", was: "  a: {memory: 2GiB}\n", observed: withOlderLife},
		{name: "pending restart", was: "  a: {memory: 2GiB}\n", observed: withOlderLife, options: restart},
		{name: "disk grown running", was: disk, now: larger},
		{name: "nvme disk grown running", was: strings.Replace(disk, "size", "bus: nvme, size", 1), now: strings.Replace(larger, "size", "bus: nvme, size", 1)},
		{name: "nvme disk grown restart", was: strings.Replace(disk, "size", "bus: nvme, size", 1), now: strings.Replace(larger, "size", "bus: nvme, size", 1), options: restart},
		{name: "disk grown stopped", was: disk, now: larger, observed: stopped},
		{name: "disk shrunk", was: larger, now: disk},
		{name: "disk shrunk recreate", was: larger, now: disk, options: recreate("a")},
		{name: "recreate unbuilt", was: disk, options: recreate("a"), desired: func(d *Desired) { d.Images = nil }},
		{name: "disk added", was: "  a:\n", now: disk},
		{name: "disk removed", was: disk, now: "  a:\n"},
		{name: "share changed", was: "  a: {shares: [{tag: t, source: /s}]}\n", now: "  a: {shares: [{tag: t, source: /r, target: /mnt}]}\n"},
		{name: "autostart changed", was: "  a:\n", now: "  a: {autostart: true}\n"},
		{name: "autostart changed stopped", was: "  a: {autostart: true}\n", now: "  a:\n", observed: stopped},
		{name: "ready changed", was: "  a:\n", now: "  a: {ready: [agent]}\n"},
		{name: "image named otherwise", was: "  a:\n", now: "  a: {image: k}\n"},
		{name: "not ready yet", was: "  a:\n", observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) { g.Live.Ready = false })
		}},
		{name: "paused", was: "  a:\n", observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) { g.State, g.Live.Ready = "paused", false })
		}},
		{name: "crashed", was: "  a:\n", observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) { off(g); g.State = "crashed" })
		}},
		{name: "lost volume", was: disk, observed: func(o Observed) Observed {
			delete(o.Pool.Volumes, "p-a.scratch.qcow2")
			return o.with("a", off)
		}},
		{name: "lost volume running", was: disk, observed: func(o Observed) Observed {
			delete(o.Pool.Volumes, "p-a.scratch.qcow2")
			return o
		}},
		{name: "lost root", was: disk, observed: func(o Observed) Observed {
			delete(o.Pool.Volumes, "p-a.root.1.qcow2")
			return o.with("a", off)
		}},
		{name: "new key running", was: "  a:\n", desired: secondKey},
		{name: "new key restart", was: "  a:\n", desired: secondKey, options: restart},
		{name: "new key stopped", was: "  a:\n", desired: secondKey, observed: stopped},
		{name: "key not taken yet", was: "  a:\n", desired: secondKey, observed: withSecondKey},
		{name: "key not taken yet restart", was: "  a:\n", desired: secondKey, observed: withSecondKey, options: restart},
		{name: "unreadable spec", was: "  a:\n", observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) { g.Mark.Applied = "{" })
		}},
	} {
		t.Run(tc.name, tc.run)
	}
}

// TestUpOfGrownDiskSettles: the disk waits for a boot, and the definition is
// not written again and again meanwhile.
func TestUpOfGrownDiskSettles(t *testing.T) {
	o := settled(declare(t, "  a: {disks: [{name: scratch, bus: nvme, size: 1GiB}]}\n"))
	d := declare(t, "  a: {disks: [{name: scratch, bus: nvme, size: 2GiB}]}\n")
	p, err := DiffUp(d, o, all(d))
	assert.NilError(t, err)
	assert.Check(t, p.Empty(), "%s", p)
}

func missingPool() (missing storage.Pool) {
	missing.Name, missing.Path = DefaultPool, emptyPool().Path
	return missing
}

// withOlderLife is a guest whose running self was booted with less memory.
func withOlderLife(o Observed) Observed {
	return o.with("a", func(g *ObservedGuest) {
		spec, _ := g.Mark.Spec()
		spec.Memory = config.Size(1 << 30)
		g.Live.Applied = encodeSpec(spec)
	})
}

// secondKey is another caller of the same configuration.
func secondKey(d *Desired) {
	d.SSH.Key.Authorized, d.SSH.Authorized = "key-bob", []string{"key-bob"}
}

// withSecondKey is a guest that had no agent when the key came.
func withSecondKey(o Observed) Observed {
	return o.with("a", func(g *ObservedGuest) { g.Mark.Keys = append(slices.Clone(g.Mark.Keys), "key-bob") })
}

func recreate(name string) func(Desired, *UpOptions) {
	return func(_ Desired, o *UpOptions) { o.Recreate = map[string]bool{name: true} }
}

var errUnfit = errors.New("share `t`: /s does not exist")
