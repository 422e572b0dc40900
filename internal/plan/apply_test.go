// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"

	"vmprov/internal/event"
)

// step is an op of a test: what it does, under its name.
type step struct {
	name string
	do   func(context.Context) error
}

func (o step) describe() (string, string) { return o.name, "" }

func (o step) run(ctx context.Context, _ *Applier) error {
	if o.do == nil {
		return nil
	}
	return o.do(ctx)
}

// rehearsal runs plans of steps and records what happened, in order.
type rehearsal struct {
	Applier
	mu     sync.Mutex
	events []string
}

func newRehearsal() *rehearsal {
	r := &rehearsal{}
	r.Emit = func(e event.Event) { r.note(string(e.Kind) + " " + e.Action) }
	return r
}

func (r *rehearsal) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, text)
}

func (r *rehearsal) has(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.events, text)
}

func planOf(actions ...Action) *Plan {
	for i := range actions {
		actions[i].ID = ID(i + 1)
	}
	return &Plan{Actions: actions}
}

var errBroken = errors.New("broken")

func fails(context.Context) error { return errBroken }

func TestApplyKeepsOrder(t *testing.T) {
	r := newRehearsal()
	got := r.Apply(t.Context(), planOf(
		Action{Op: step{name: "one"}},
		Action{Op: step{name: "two"}, Needs: []ID{1}},
		Action{Op: step{name: "three"}, Needs: []ID{1, 2}},
	))
	assert.DeepEqual(t, r.events, []string{"started one", "done one", "started two", "done two", "started three", "done three"})
	assert.Equal(t, len(got.Errors)+len(got.Skipped), 0)
}

// TestApplySideBySide: what does not need each other meets.
func TestApplySideBySide(t *testing.T) {
	a, b := make(chan struct{}), make(chan struct{})
	meet := func(mine, other chan struct{}) func(context.Context) error {
		return func(ctx context.Context) error {
			close(mine)
			select {
			case <-other:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got := newRehearsal().Apply(ctx, planOf(
		Action{Guest: "a", Op: step{"a", meet(a, b)}},
		Action{Guest: "b", Op: step{"b", meet(b, a)}},
	))
	assert.Equal(t, len(got.Errors), 0, "%v", got.Errors)
}

func TestApplyFailures(t *testing.T) {
	cancelled := func(context.Context) error { return context.Canceled }
	trial := func(works func(context.Context) error) *Plan {
		return planOf(
			Action{Guest: "a", Op: step{name: "begin"}},
			Action{Guest: "a", Op: step{"try", works}, Needs: []ID{1}},
			Action{Guest: "a", Op: step{name: "go back"}, Needs: []ID{1}, IfFailed: 2},
			Action{Guest: "a", Op: step{name: "clean up"}, Needs: []ID{3}},
			Action{Guest: "a", Op: step{name: "go on"}, Needs: []ID{2}},
		)
	}
	for _, tc := range []struct {
		name    string
		plan    *Plan
		events  []string
		errors  []ID
		skipped map[string]bool
	}{
		{name: "what needs it is skipped, what does not is not", plan: planOf(
			Action{Guest: "a", Op: step{"one", fails}},
			Action{Guest: "a", Op: step{name: "two"}, Needs: []ID{1}},
			Action{Guest: "b", Op: step{name: "three"}, Needs: []ID{2}},
			Action{Guest: "c", Op: step{name: "four"}},
		), events: []string{"failed one", "done four"}, errors: []ID{1}, skipped: map[string]bool{"a": true, "b": true}},
		{name: "a trial that works", plan: trial(nil), events: []string{"done begin", "done try", "done go on"}, skipped: map[string]bool{}},
		{name: "a trial that fails", plan: trial(fails), events: []string{"done begin", "failed try", "done go back", "done clean up"},
			errors: []ID{2}, skipped: map[string]bool{"a": true}},
		{name: "a trial that is cancelled", plan: trial(cancelled), events: []string{"done begin", "failed try"},
			errors: []ID{2}, skipped: map[string]bool{"a": true}},
		{name: "a trial that is not come to", plan: planOf(
			Action{Guest: "a", Op: step{name: "begin"}},
			Action{Guest: "a", Op: step{"prepare", fails}, Needs: []ID{1}},
			Action{Guest: "a", Op: step{name: "try"}, Needs: []ID{2}},
			Action{Guest: "a", Op: step{name: "go back"}, Needs: []ID{1}, IfFailed: 3},
		), events: []string{"done begin", "failed prepare", "done go back"}, errors: []ID{2}, skipped: map[string]bool{"a": true}},
		{name: "a trial that is not begun", plan: planOf(
			Action{Guest: "a", Op: step{"begin", fails}},
			Action{Guest: "a", Op: step{name: "try"}, Needs: []ID{1}},
			Action{Guest: "a", Op: step{name: "go back"}, Needs: []ID{1}, IfFailed: 2},
		), events: []string{"failed begin"}, errors: []ID{1}, skipped: map[string]bool{"a": true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRehearsal()
			got := r.Apply(t.Context(), tc.plan)
			for _, e := range tc.events {
				assert.Check(t, r.has(e), e)
			}
			assert.Equal(t, len(r.events), 2*len(tc.events), "%v", r.events)
			assert.Equal(t, len(got.Errors), len(tc.errors), "%v", got.Errors)
			for _, id := range tc.errors {
				assert.Check(t, got.Errors[id] != nil, "%v", got.Errors)
			}
			assert.DeepEqual(t, got.Skipped, tc.skipped)
		})
	}
}

// TestApplyParallel: no more guests than asked are worked on at once, each to
// its end, and the shared work takes no place.
func TestApplyParallel(t *testing.T) {
	const limit, guests = 2, 6
	r := newRehearsal()
	r.Parallel = limit
	open := map[string]int{}
	most := 0
	work := func(guest string) func(context.Context) error {
		return func(context.Context) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			open[guest]++
			if open[guest] == 3 {
				delete(open, guest)
			}
			most = max(most, len(open))
			return nil
		}
	}
	actions := []Action{{Op: step{name: "shared"}}}
	for i := range guests {
		guest := string(rune('a' + i))
		first := ID(len(actions) + 1)
		actions = append(actions,
			Action{Guest: guest, Op: step{guest, work(guest)}, Needs: []ID{1}},
			Action{Guest: guest, Op: step{guest, work(guest)}, Needs: []ID{first}},
			Action{Guest: guest, Op: step{guest, work(guest)}, Needs: []ID{first}},
		)
	}
	got := r.Apply(t.Context(), planOf(actions...))
	assert.Equal(t, len(got.Errors)+len(got.Skipped)+len(open), 0)
	assert.Assert(t, most >= 1 && most <= limit, "%d guests at once", most)
	assert.Equal(t, len(got.Seconds), guests)
}

// TestApplyParallelFailure: a guest that fails, or is not come to, gives its place back.
func TestApplyParallelFailure(t *testing.T) {
	r := newRehearsal()
	r.Parallel = 1
	got := r.Apply(t.Context(), planOf(
		Action{Guest: "a", Op: step{"a", fails}},
		Action{Guest: "a", Op: step{name: "a more"}, Needs: []ID{1}},
		Action{Op: step{"shared", fails}},
		Action{Guest: "b", Op: step{name: "b"}, Needs: []ID{3}},
		Action{Guest: "c", Op: step{name: "c"}},
	))
	assert.Assert(t, r.has("done c"))
	assert.DeepEqual(t, got.Skipped, map[string]bool{"a": true, "b": true})
	_, began := got.Seconds["b"]
	assert.Assert(t, !began, "b never began")
}

// TestApplyAfterShared: called once, when the shared work has ended and while
// guests are still at work; at once where there is none.
func TestApplyAfterShared(t *testing.T) {
	for _, shared := range []bool{true, false} {
		r := newRehearsal()
		called := make(chan struct{})
		r.AfterShared = func() { close(called) } // twice would panic
		waits := func(ctx context.Context) error {
			select {
			case <-called:
				return nil
			case <-ctx.Done():
				return errors.New("not called while the guest was at work")
			}
		}
		actions := []Action{{Op: step{name: "first"}}, {Guest: "a", Op: step{"a", waits}, Needs: []ID{1}}}
		if shared {
			actions[0].Op = startNetwork{} // fails: there is no connection
			actions[1].Needs = nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if shared {
			w := newWorld(t)
			r.Client = w.client
		}
		got := r.Apply(ctx, planOf(actions...))
		cancel()
		assert.Check(t, got.Errors[2] == nil, "%v", got.Errors)
		assert.Check(t, (got.Errors[1] != nil) == shared, "%v", got.Errors)
	}
}

// TestApplyCancel: the running step ends, no further one begins.
func TestApplyCancel(t *testing.T) {
	for _, parallel := range []int{0, 1} {
		r := newRehearsal()
		r.Parallel = parallel
		ctx, cancel := context.WithCancel(t.Context())
		got := r.Apply(ctx, planOf(
			Action{Guest: "a", Op: step{"one", func(context.Context) error { cancel(); return nil }}},
			Action{Guest: "a", Op: step{name: "two"}, Needs: []ID{1}},
			Action{Guest: "b", Op: step{name: "three"}, Needs: []ID{1}},
			Action{Guest: "b", Op: step{name: "back"}, IfFailed: 3},
		))
		assert.DeepEqual(t, r.events, []string{"started one", "done one"})
		assert.ErrorIs(t, got.Errors[2], context.Canceled)
		assert.ErrorIs(t, got.Errors[3], context.Canceled)
		assert.Check(t, got.Errors[4] == nil)
	}
}

// TestApplySeconds: from a guest's first step to its last, on a clock that is
// exact; waiting for another guest does not count.
func TestApplySeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		takes := func(span time.Duration) func(context.Context) error {
			return func(context.Context) error { <-time.After(span); return nil }
		}
		got := newRehearsal().Apply(t.Context(), planOf(
			Action{Guest: "a", Op: step{"one", takes(time.Second)}},
			Action{Guest: "a", Op: step{"two", takes(2 * time.Second)}, Needs: []ID{1}},
			Action{Guest: "b", Op: step{"three", takes(time.Second)}, Needs: []ID{2}},
		))
		assert.DeepEqual(t, got.Seconds, map[string]float64{"a": 3, "b": 1})
	})
}

// TestShapesHoldOneDefinitionToTheSchema: each shape is held to it until one
// definition passed.
func TestShapesHoldOneDefinitionToTheSchema(t *testing.T) {
	w := newWorld(t)
	var s shapes
	define := func(shape, extra string) error {
		op := defineDomain{shape: shape, xml: "<domain type='test'><name>shape</name><memory>1024</memory><os><type>hvm</type></os>" + extra + "</domain>"}
		return w.client.Do(t.Context(), func(conn *libvirt.Connect) error {
			dom, err := s.define(conn, op)
			if err != nil {
				return err
			}
			defer func() { _ = dom.Undefine(); _ = dom.Free() }()
			return nil
		})
	}
	const unknown = "<unknown/>"
	assert.ErrorContains(t, define("a", unknown), "unknown")
	assert.ErrorContains(t, define("a", unknown), "unknown")
	assert.NilError(t, define("a", ""))
	assert.NilError(t, define("a", unknown))
	assert.ErrorContains(t, define("b", unknown), "unknown")
}
