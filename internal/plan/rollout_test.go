// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// TestRollout: in which order guests are recycled, and what one that fails
// does to the others. Only the edges between guests are shown.
func TestRollout(t *testing.T) {
	const fleet = "  a: {count: 3}\n  k: {image: k}\n"
	down := func(name string) func(Observed) Observed {
		return func(o Observed) Observed { return o.with(name, off) }
	}
	for _, tc := range []struct {
		name     string
		options  RecycleOptions
		same     bool // the image that they have
		observed func(Observed) Observed
	}{
		{name: "no canary", options: RecycleOptions{}},
		{name: "two canaries", options: RecycleOptions{Canary: 2}},
		{name: "canary and continue", options: RecycleOptions{Canary: 1, OnFailure: Continue}},
		{name: "canary and stop", options: RecycleOptions{Canary: 1, OnFailure: Stop}},
		{name: "a few at once", options: RecycleOptions{Canary: 1, Bounded: true}},
		{name: "a few at once and stop", options: RecycleOptions{Bounded: true, OnFailure: Stop}, same: true},
		{name: "one down", options: RecycleOptions{MaxUnavailable: 1}, same: true},
		{name: "two down on a new image", options: RecycleOptions{Canary: 1, MaxUnavailable: 2}},
		{name: "two down and continue", options: RecycleOptions{MaxUnavailable: 2, OnFailure: Continue}},
		{name: "one down already", options: RecycleOptions{MaxUnavailable: 1}, same: true, observed: down("a-2")},
		{name: "one goes back already", options: RecycleOptions{MaxUnavailable: 1}, same: true, observed: func(o Observed) Observed {
			return o.with("k", func(g *ObservedGuest) {
				base := g.Mark.Base
				g.Mark = g.Mark.with(Volume{Name: "p-k.root.2.qcow2"})
				g.Mark.Intent, g.Mark.Previous, g.Mark.PreviousBase = IntentRollback, 2, &base
				off(g)
			})
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := declare(t, fleet)
			o := settled(d)
			if !tc.same {
				d.Images["i"], d.Images["k"] = built("i", 2), built("k", 2)
			}
			if tc.observed != nil {
				o = tc.observed(o)
			}
			tc.options.Selected = d.Declared
			p, err := DiffRecycle(d, o, tc.options)
			assert.NilError(t, err)
			checkGraph(t, p)
			var names []string
			for _, g := range p.Guests {
				names = append(names, g.Guest)
			}
			assert.DeepEqual(t, names, []string{"a-1", "a-2", "a-3", "k"})
			golden.Assert(t, turns(p), "rollout/"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
		})
	}
}

// turns is what each guest waits for before its first action.
func turns(p *Plan) string {
	var b strings.Builder
	begun := map[string]bool{}
	said := func(id ID) string {
		verb, _ := p.Actions[id-1].Op.describe()
		way := ""
		if p.Actions[id-1].IfFailed == 0 && conditionalIn(p, id) {
			way = " again"
		}
		return fmt.Sprintf("%s %s%s", p.Actions[id-1].Guest, verb, way)
	}
	for _, a := range p.Actions {
		if begun[a.Guest] {
			continue
		}
		begun[a.Guest] = true
		fmt.Fprintf(&b, "%s\n", a.Guest)
		for _, id := range a.Needs {
			fmt.Fprintf(&b, "  after %s\n", said(id))
		}
		for _, q := range a.Quorums {
			var of []string
			for _, id := range q.Of {
				of = append(of, said(id))
			}
			for _, id := range q.OrSkipped {
				of = append(of, p.Actions[id-1].Guest+" left as it is")
			}
			fmt.Fprintf(&b, "  after %d of: %s\n", q.Count, strings.Join(of, ", "))
		}
		if a.Halted != "" {
			var by []string
			for _, other := range p.Actions {
				if other.Halts == a.Halted {
					by = append(by, other.Guest)
				}
			}
			fmt.Fprintf(&b, "  not when one failed of: %s\n", strings.Join(by, ", "))
		}
		back := slices.ContainsFunc(p.Actions, func(other Action) bool { return other.Guest == a.Guest && other.IfFailed != 0 })
		fmt.Fprintf(&b, "  goes back: %v\n", back)
	}
	return b.String()
}

// conditionalIn says that an action is of a way back.
func conditionalIn(p *Plan, id ID) bool {
	a := p.Actions[id-1]
	return a.IfFailed != 0 || slices.ContainsFunc(a.Needs, func(need ID) bool { return conditionalIn(p, need) })
}

// TestRecycleGrace: the time to power off is the command's, where it gives one.
func TestRecycleGrace(t *testing.T) {
	d := declare(t, "  a: {stopTimeout: 30s}\n")
	for _, tc := range []struct{ given, want time.Duration }{{0, 30 * time.Second}, {7 * time.Second, 7 * time.Second}} {
		p, err := DiffRecycle(d, settled(d), RecycleOptions{Selected: d.Declared, Grace: tc.given})
		assert.NilError(t, err)
		var got []time.Duration
		for _, a := range p.Actions {
			if op, ok := a.Op.(shutdownDomain); ok {
				got = append(got, op.grace)
			}
		}
		assert.DeepEqual(t, got, []time.Duration{tc.want})
	}
}

// TestApplyQuorum: it is met without waiting for more than it needs, and fails
// as soon as it cannot be met.
func TestApplyQuorum(t *testing.T) {
	met := make(chan struct{})
	untilMet := func(ctx context.Context) error {
		select {
		case <-met:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := newRehearsal()
	got := r.Apply(ctx, planOf(
		Action{Guest: "a", Op: step{name: "one"}},
		Action{Guest: "b", Op: step{"two", fails}},
		Action{Guest: "c", Op: step{"three", untilMet}},
		Action{Guest: "d", Op: step{"enough", func(context.Context) error { close(met); return nil }}, Quorums: []Quorum{{Count: 1, Of: []ID{1, 2, 3}}}},
		Action{Guest: "e", Op: step{name: "too few"}, Quorums: []Quorum{{Count: 1, Of: []ID{1}}, {Count: 3, Of: []ID{1, 2, 3}}}},
		Action{Guest: "f", Op: step{name: "left alone"}, Quorums: []Quorum{{Count: 2, Of: []ID{1, 2}, OrSkipped: []ID{1, 2, 5}}}},
	))
	assert.Check(t, r.has("done enough") && r.has("done three") && r.has("done left alone") && !r.has("started too few"), "%v", r.events)
	assert.DeepEqual(t, slices.Collect(maps.Keys(got.Skipped)), []string{"e"})
	assert.DeepEqual(t, got.Done, map[ID]bool{1: true, 3: true, 4: true, 6: true})
}

// TestApplyHalted: guests of a group that one failed of are not begun; those
// that were, and other groups, go on.
func TestApplyHalted(t *testing.T) {
	r := newRehearsal()
	r.Parallel = 1
	got := r.Apply(t.Context(), planOf(
		Action{Guest: "a", Op: step{name: "a"}, Halted: "x"},
		Action{Guest: "a", Op: step{"a fails", fails}, Needs: []ID{1}},
		Action{Guest: "a", Op: step{name: "a ready"}, Needs: []ID{2}, Halts: "x"},
		Action{Guest: "a", Op: step{name: "a back"}, Needs: []ID{1}, IfFailed: 3},
		// What these wait for gives the first guest its turn before them.
		Action{Guest: "b", Op: step{name: "b"}, Quorums: []Quorum{{Count: 1, Of: []ID{4}}}, Halted: "x"},
		Action{Guest: "c", Op: step{name: "c"}, Quorums: []Quorum{{Count: 1, Of: []ID{4}}}, Halted: "y"},
	))
	assert.Check(t, r.has("done a back") && r.has("done c") && !r.has("started b"), "%v", r.events)
	assert.DeepEqual(t, got.Skipped, map[string]bool{"a": true, "b": true})
	_, began := got.Seconds["b"]
	assert.Check(t, !began)
}

// TestOnFailure: what becomes of guests on an image that does not get ready.
func TestOnFailure(t *testing.T) {
	w := newWorld(t)
	before := w.declare("  a: {count: 3, ready: [running]}\n")
	// The test driver has no agent that could answer.
	rebuilt := w.declare("  a: {count: 3, ready: [agent], readyTimeout: 50ms}\n")
	rebuilt.Images["i"] = built("i", 2)
	const (
		untouched = "closed; running; root 1 on /nix/store/i-1; owns root.1.qcow2 console.log"
		back      = "closed; running; root 1 on /nix/store/i-1; 2 given up; owns root.1.qcow2 console.log"
		left      = "open: recycle; running; root 2 on /nix/store/i-2; before 1 on /nix/store/i-1; owns root.1.qcow2 console.log root.2.qcow2"
	)
	for _, tc := range []struct {
		options RecycleOptions
		failed  int
		marks   []string
	}{
		{RecycleOptions{Canary: 1}, 1, []string{back, untouched, untouched}},
		{RecycleOptions{MaxUnavailable: 1}, 1, []string{back, untouched, untouched}},
		{RecycleOptions{Canary: 1, OnFailure: Stop}, 1, []string{left, untouched, untouched}},
		{RecycleOptions{Canary: 1, MaxUnavailable: 1, OnFailure: Continue}, 3, []string{back, back, back}},
	} {
		w.up(before)
		tc.options.Selected = rebuilt.Declared
		p, err := DiffRecycle(rebuilt, w.observe(rebuilt), tc.options)
		assert.NilError(t, err)
		r := w.apply(p, len(p.Actions))
		assert.Equal(t, len(r.Errors), tc.failed, "%+v: %v", tc.options, r.Errors)
		o := w.observe(before)
		for i, want := range tc.marks {
			name := fmt.Sprintf("a-%d", i+1)
			got, _, _ := strings.Cut(describeMark(o.Guests[name].Mark, before), "; lacks ")
			assert.Check(t, o.Guests[name].Active)
			assert.Equal(t, got, want, "%+v: %s", tc.options, name)
			assert.Equal(t, r.Done[p.Guest(name).Back], want == back, "%s", name)
		}
		w.destroy(before)
	}
}
