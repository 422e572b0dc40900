// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/ready"
)

func TestSwitch(t *testing.T) {
	pending := func(n, c int) func(*ObservedGuest) {
		return func(g *ObservedGuest) {
			had, next := g.Mark.Base, bootOf(n, c)
			g.Mark.Runs, g.Mark.Base = &had, Base{StorePath: next.Closure, Boot: &next}
		}
	}
	for _, tc := range []struct {
		name     string
		guests   string
		now      string // where it differs
		to       Boot
		observed func(*ObservedGuest)
	}{
		{name: "new closure", to: bootOf(1, 2)},
		{name: "same closure", to: bootOf(1, 1)},
		{name: "new kernel too", to: bootOf(2, 2)},
		{name: "from another flake", now: strings.Replace(closureGuest, "flake: .,", "flake: ./other,", 1), to: bootOf(1, 2)},
		{name: "pending", to: bootOf(1, 2), observed: pending(1, 2)},
		{name: "again", to: bootOf(1, 3), observed: func(g *ObservedGuest) {
			pending(1, 2)(g)
			g.Mark.Switched, g.Live.Base = []string{"/nix/store/closure-2"}, g.Mark.Base
		}},
		{name: "back to the first", to: bootOf(1, 1), observed: func(g *ObservedGuest) {
			pending(1, 2)(g)
			g.Mark.Switched, g.Live.Base = []string{"/nix/store/closure-2"}, g.Mark.Base
		}},
		{name: "off", to: bootOf(1, 2), observed: off},
		{name: "paused", to: bootOf(1, 2), observed: func(g *ObservedGuest) { g.State = "paused" }},
		{name: "changed by hand", to: bootOf(1, 2), observed: edited},
		{name: "unfinished", to: bootOf(1, 2), observed: open(IntentChange)},
		{name: "without the key", to: bootOf(1, 2), observed: func(g *ObservedGuest) { g.Live.Keys = nil }},
		{name: "with an image", guests: kernelGuest, to: bootOf(1, 0)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.guests == "" {
				tc.guests = closureGuest
			}
			if tc.now == "" {
				tc.now = tc.guests
			}
			was := bootOf(1, 1)
			if tc.to.Closure == "" {
				was = bootOf(1, 0)
			}
			o := settled(booting(declare(t, tc.guests), was, "had"))
			if tc.observed != nil {
				o = o.with("a", func(g *ObservedGuest) {
					live := *g.Live
					g.Live = &live
					tc.observed(g)
				})
			}
			d := booting(declare(t, tc.now), tc.to, "new")
			p, err := DiffSwitch(d, o, d.Declared)
			assert.NilError(t, err)
			checkGraph(t, p)
			golden.Assert(t, explain(p, d), "switch/"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
			checkHeld(t, p, o.Guests["a"])
		})
	}
}

// checkHeld: at no step of a switch is there a mark that does not name what the
// guest booted from, what it was switched to before and what it runs then.
func checkHeld(t *testing.T, p *Plan, had ObservedGuest) {
	t.Helper()
	held := had.Mark.StorePaths()
	named := held
	for _, a := range p.Actions {
		if step, ok := a.Op.(liveStep); ok {
			assert.Check(t, slices.Contains(named, step.mark.Base.StorePath), "%s runs before it is held", step.mark.Base.StorePath)
			held = append(held, step.mark.Base.StorePath)
			continue
		}
		if m, ok := markIn(a.Op); ok {
			for _, path := range held {
				assert.Check(t, slices.Contains(m.StorePaths(), path), "%s: %s is let go of", a, path)
			}
			named = m.StorePaths()
		}
	}
}

// TestSwitchedIsLetGo: what a guest was switched to is held until it is off,
// also where a recycle goes back.
func TestSwitchedIsLetGo(t *testing.T) {
	o := settled(booting(declare(t, closureGuest), bootOf(1, 3), "had")).with("a", func(g *ObservedGuest) {
		g.Mark.Switched = []string{"/nix/store/closure-2"}
	})
	d := booting(declare(t, closureGuest), bootOf(2, 3), "new")
	restart := all(d)
	restart.Restart = true
	plans := map[string]func() (*Plan, error){
		"restart": func() (*Plan, error) { return DiffUp(d, o, restart) },
		"recycle": func() (*Plan, error) { return DiffRecycle(d, o, RecycleOptions{Selected: d.Declared, Canary: 1}) },
	}
	for name, diff := range plans {
		t.Run(name, func(t *testing.T) {
			p, err := diff()
			assert.NilError(t, err)
			commits := 0
			for _, a := range p.Actions {
				if m, ok := a.Op.(commitMark); ok {
					commits++
					assert.Check(t, !slices.Contains(m.mark.StorePaths(), "/nix/store/closure-2"), "%s", a)
				}
			}
			assert.Assert(t, commits > 0, "%s", p)
		})
	}
}

// TestActivateCommand: only root may activate a system.
func TestActivateCommand(t *testing.T) {
	for user, want := range map[string]string{
		"root": "[/c/bin/switch-to-configuration test]",
		"ada":  "[sudo -n /c/bin/switch-to-configuration test]",
	} {
		var target ready.Target
		target.Login.User = user
		assert.Equal(t, fmt.Sprint(activate{target, "/c"}.command()), want)
	}
}
