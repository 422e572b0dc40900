// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

func TestRecycle(t *testing.T) {
	const disks = "  a: {disks: [{name: scratch, size: 1GiB}, {name: tmp, size: 1GiB, persist: false}]}\n"
	const changed = "  a: {memory: 2GiB, disks: [{name: scratch, size: 2GiB}, {name: tmp, size: 2GiB, persist: false}]}\n"
	rebuilt := func(d *Desired) { d.Images["i"] = built("i", 2) }
	to := func(change func(*ObservedGuest)) func(Observed) Observed {
		return func(o Observed) Observed { return o.with("a", change) }
	}
	for _, tc := range []struct {
		name     string
		was, now string
		desired  func(*Desired)
		observed func(Observed) Observed
	}{
		{name: "same image", was: disks},
		{name: "off", was: plain, observed: to(off)},
		{name: "without a build", was: plain, desired: func(d *Desired) { d.Images = nil }},
		{name: "changed spec on a new image", was: disks, now: changed, desired: rebuilt},
		{name: "named disks", was: "  a: {disks: [{name: scratch, size: 1GiB}], recycle: {disks: [scratch]}}\n"},
		{name: "disk shrunk", was: "  a: {disks: [{name: scratch, size: 2GiB}]}\n", now: "  a: {disks: [{name: scratch, size: 1GiB}]}\n"},
		{name: "autostart and key", was: plain, now: "  a: {autostart: true}\n", desired: secondKey},
		{name: "stopped by user", was: plain, observed: to(stoppedByUser)},
		{name: "kept disks", was: disks, observed: keptDisks},
		{name: "hand edit", was: plain, observed: to(edited)},
		{name: "not there", now: plain},
		{name: "unfit", was: plain, observed: func(o Observed) Observed { o.Unfit = map[string]error{"a": errUnfit}; return o }},
		{name: "foreign overlay", was: plain, observed: func(o Observed) Observed { o.Pool.Volumes["p-a.root.2.qcow2"] = true; return o }},
		{name: "orphan", was: "  a:\n  b:\n", now: "  b:\n"},
		{name: "open create", was: plain, observed: func(o Observed) Observed { clear(o.Pool.Volumes); return to(open(IntentCreate))(to(off)(o)) }},
		{name: "open change", was: plain, observed: to(open(IntentChange))},
		{name: "open recycle before swap", was: disks, observed: func(o Observed) Observed { return midRecycle(o, false) }},
		{name: "open recycle after swap", was: disks, observed: func(o Observed) Observed { return midRecycle(o, true) }},
		{name: "open rollback", was: disks, observed: midRollback},
		{name: "after a rollback", was: plain, desired: rebuilt, observed: to(func(g *ObservedGuest) { g.Mark.Highest = 3 })},
		{name: "open destroy", was: disks, observed: to(open(IntentDestroy))},
		{name: "open destroy but disks", was: disks, observed: to(open(IntentKeep))},
		{name: "canary of each image", was: "  a: {count: 3}\n  k: {count: 2, image: k}\n  z:\n", desired: func(d *Desired) {
			d.Images["i"], d.Images["k"] = built("i", 2), built("k", 2)
		}},
		{name: "first guest blocked is no canary", was: "  a:\n  b:\n  c:\n", desired: rebuilt, observed: func(o Observed) Observed {
			o.Unfit = map[string]error{"a": errUnfit}
			return o
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
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
			p, err := DiffRecycle(d, o, RecycleOptions{Selected: d.Declared, Canary: 1})
			assert.NilError(t, err)
			checkGraph(t, p)
			golden.Assert(t, explain(p, d), "recycle/"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
		})
	}
}

func TestRecycleRefusesAnotherOrigin(t *testing.T) {
	d := declare(t, plain)
	o := settled(d).with("a", func(g *ObservedGuest) { g.Mark.Origin.Machine = "other" })
	_, err := DiffRecycle(d, o, RecycleOptions{Selected: d.Declared})
	assert.Error(t, err, "project `p`: guest `a` comes from another configuration, /home/ada/vmprov.yaml on machine other")
}
