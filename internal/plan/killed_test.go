// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const crashGuests = "  a: {disks: [{name: scratch, size: 1GiB}, {name: tmp, size: 1MiB, persist: false}], autostart: true}\n  b: {networks: []}\n"

// TestKilled stops each command after each of its actions. The next up carries
// on to what is declared, the next destroy leaves nothing, and at no moment is
// there a volume that no mark names.
func TestKilled(t *testing.T) {
	w := newWorld(t)
	before := w.declare(crashGuests)
	larger := w.declare(strings.Replace(crashGuests, "a: {", "a: {memory: 2GiB, ", 1))
	const plugGuests = "  a: {cpus: 1, maxCPUs: 4, disks: [{name: scratch, size: 1GiB}]}\n"
	plain := w.declare(plugGuests)
	// What libvirt's test driver does to a running domain, beside what waits.
	live := w.declare("  a: {cpus: 2, maxCPUs: 4, currentMemory: 512MiB, accelerator: tcg, disks: [" +
		"{name: scratch, size: 1GiB, throttle: {totalIopsSec: 100, totalIopsSecMax: 200}}]}\n")
	rebuilt := w.declare(crashGuests)
	rebuilt.Images["i"] = built("i", 2)
	destroy := func(keep bool) func(Desired, Observed) (*Plan, error) {
		return func(d Desired, o Observed) (*Plan, error) {
			return DiffDestroy(d, o, DestroyOptions{Guests: sortedKeys(o.Guests), All: true, KeepDisks: keep})
		}
	}
	up := func(d Desired, o Observed) (*Plan, error) { return DiffUp(d, o, all(d)) }
	restart := func(d Desired, o Observed) (*Plan, error) {
		opts := all(d)
		opts.Restart = true
		return DiffUp(d, o, opts)
	}
	recycle := func(d Desired, o Observed) (*Plan, error) {
		return DiffRecycle(d, o, RecycleOptions{Selected: d.Declared, Canary: 1})
	}
	for _, tc := range []struct {
		name string
		// there is what is up before; nil for nothing.
		there *Desired
		want  Desired
		diff  func(Desired, Observed) (*Plan, error)
	}{
		{"up", nil, before, up},
		{"restart", &before, larger, restart},
		{"live", &plain, live, up},
		{"recycle", &before, before, recycle},
		{"recycle to a new image", &before, rebuilt, recycle},
		{"destroy", &before, before, destroy(false)},
		{"destroy but disks", &before, before, destroy(true)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := w
			w.t = t
			for n, more := 0, true; more; n++ {
				when := fmt.Sprintf("killed after %d actions", n)
				if tc.there != nil {
					w.up(*tc.there)
				}
				p, err := tc.diff(tc.want, w.observe(tc.want))
				assert.NilError(t, err)
				more = n < len(p.Actions)
				w.apply(p, n)
				w.checkOwned(tc.want, when)

				next, err := up(tc.want, w.observe(tc.want))
				assert.Check(t, tc.name == "destroy" || !deletes(next, "p-a.scratch.qcow2"), "a data disk is lost:\n%s", next)
				w.must(next, err)
				w.checkSettled(tc.want, when)
				w.destroy(tc.want)
				if t.Failed() {
					t.Fatalf("%s:\n%s", when, p)
				}
			}
		})
	}
}

func deletes(p *Plan, volume string) bool {
	return slices.ContainsFunc(p.Actions, func(a Action) bool { op, ok := a.Op.(deleteVolume); return ok && op.name == volume })
}

// TestRollback: a canary that does not get ready on its new image is back on
// what it had, and the guests after it were not touched; also when the way
// back is cut short.
func TestRollback(t *testing.T) {
	w := newWorld(t)
	const guests = "  a: {count: 2, ready: [running]}\n"
	before := w.declare(guests)
	// The test driver has no agent that could answer.
	rebuilt := w.declare("  a: {count: 2, ready: [agent], readyTimeout: 50ms}\n")
	rebuilt.Images["i"] = built("i", 2)
	for n, more := 0, true; more; n++ {
		w.up(before)
		p, err := DiffRecycle(rebuilt, w.observe(rebuilt), RecycleOptions{Selected: rebuilt.Declared, Canary: 1})
		assert.NilError(t, err)
		r := w.apply(p, n)
		w.checkOwned(before, fmt.Sprintf("rolled back and killed after %d actions", n))
		if more = n < len(p.Actions); !more {
			assert.Equal(t, len(r.Errors), 1, "%v", r.Errors)
			assert.DeepEqual(t, r.Skipped, map[string]bool{"a-1": true, "a-2": true})
			o := w.observe(before)
			for name, gone := range map[string]string{"a-1": "2 given up; ", "a-2": ""} {
				g := o.Guests[name]
				assert.Check(t, g.Active)
				assert.Equal(t, describeMark(g.Mark, before), "closed; running; root 1 on /nix/store/i-1; "+gone+"owns root.1.qcow2 console.log")
			}
			assert.Check(t, o.Guests["a-2"].Live.Ready)
		}
		w.up(before) // completes the recycle where it got far enough
		w.up(before) // and this takes the probes of before
		w.checkSettled(before, fmt.Sprintf("rolled back after %d actions", n))
		w.destroy(before)
		if t.Failed() {
			t.Fatal(p)
		}
	}
}
