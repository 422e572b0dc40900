// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"

	"vmprov/internal/event"
	"vmprov/internal/virt"
)

// world is libvirt's test driver, which every connection of this process
// shares: tests that use it do not run side by side.
type world struct {
	t      *testing.T
	client *virt.Client
	host   virt.Host
}

func newWorld(t *testing.T) world {
	t.Helper()
	client, err := virt.Connect(t.Context(), "test:///default")
	assert.NilError(t, err)
	t.Cleanup(client.Close)
	host, err := client.ReadHost(t.Context())
	assert.NilError(t, err)
	return world{t, client, host}
}

// declare is like the function, for the host of the test driver.
func (w world) declare(guests string) Desired {
	w.t.Helper()
	d := declare(w.t, guests)
	d.Host = w.host
	d.Host.Arch = "x86_64" // the driver says i686 and takes any
	return d
}

func (w world) observe(d Desired) Observed {
	w.t.Helper()
	name, path := d.PoolWanted()
	o, err := Observe(w.t.Context(), w.client, d.Project, name, path)
	assert.NilError(w.t, err)
	return o
}

// apply carries out the first n actions of a plan, as if it was killed then.
func (w world) apply(p *Plan, n int) Result {
	w.t.Helper()
	cut := *p
	cut.Actions = p.Actions[:min(n, len(p.Actions))]
	a := Applier{
		Client: w.client, Emit: event.Discard, LibVersion: w.host.LibVersion,
		HostLock:    func(context.Context) (func(), error) { return func() {}, nil },
		ConsoleTail: func(context.Context, string, string) string { return "" },
	}
	return a.Apply(w.t.Context(), &cut)
}

// must carries out a whole plan that has to succeed.
func (w world) must(p *Plan, err error) {
	w.t.Helper()
	assert.NilError(w.t, err)
	r := w.apply(p, len(p.Actions))
	for id, err := range r.Errors {
		w.t.Errorf("%s: %v", p.Actions[id-1], err)
	}
	blocked := slices.ContainsFunc(p.Guests, func(g GuestPlan) bool { return g.Blocked != nil })
	if len(r.Errors) > 0 || blocked {
		w.t.Fatalf("plan:\n%s", p)
	}
}

func (w world) up(d Desired) {
	w.t.Helper()
	w.must(DiffUp(d, w.observe(d), all(d)))
}

// destroy removes the project and looks that nothing of it is left.
func (w world) destroy(d Desired) {
	w.t.Helper()
	o := w.observe(d)
	w.must(DiffDestroy(d, o, DestroyOptions{Guests: sortedKeys(o.Guests), All: true}))
	left := w.observe(d)
	assert.Check(w.t, len(left.Guests) == 0 && !left.Pool.Exists(), "left: %v, pool %v", sortedKeys(left.Guests), left.Pool)
	for _, name := range append(sortedKeys(left.Networks), sortedKeys(left.Taken)...) {
		assert.Check(w.t, !strings.HasPrefix(name, d.Project+"-"), "left: %s", name)
	}
	p, err := DiffDestroy(d, left, DestroyOptions{All: true})
	assert.NilError(w.t, err)
	assert.Check(w.t, p.Empty(), "a second destroy: %s", p)
}

// checkOwned: whatever volume is there, a mark names it.
func (w world) checkOwned(d Desired, when string) {
	w.t.Helper()
	o := w.observe(d)
	for volume := range o.Pool.Volumes {
		owned := slices.ContainsFunc(sortedKeys(o.Guests), func(g string) bool { return o.Guests[g].Mark.owns(volume) })
		assert.Check(w.t, owned, "%s: volume %s has no owner", when, volume)
	}
}

// checkSettled: the guests are up as declared, with closed marks, and another
// up has nothing to do.
func (w world) checkSettled(d Desired, when string) {
	w.t.Helper()
	o := w.observe(d)
	for _, spec := range d.Declared {
		g := o.Guests[spec.Name]
		assert.Check(w.t, g.Mark.Intent == IntentNone && g.Active && g.Live != nil && g.Live.Ready && g.Mark.Previous == 0,
			"%s: %s: %s", when, g.State, describeMark(g.Mark, d))
		for _, v := range g.Mark.Volumes {
			assert.Check(w.t, o.Pool.Volumes[v.Name], "%s: volume %s is missing", when, v.Name)
		}
	}
	p, err := DiffUp(d, o, all(d))
	assert.NilError(w.t, err)
	assert.Check(w.t, p.Empty(), "%s: another up: %s", when, p)
	w.checkOwned(d, when)
}

// TestUndefinedWhileItRuns: such a guest would be lost with its mark, and its
// volumes left behind, when it stops.
func TestUndefinedWhileItRuns(t *testing.T) {
	w := newWorld(t)
	d := w.declare("  a: {networks: [], disks: [{name: scratch, size: 1MiB}]}\n")
	undefine := func() {
		t.Helper()
		assert.NilError(t, w.client.Do(t.Context(), func(conn *libvirt.Connect) error {
			dom, err := conn.LookupDomainByName("p-a")
			if err != nil {
				return err
			}
			defer func() { _ = dom.Free() }()
			return dom.Undefine()
		}))
		assert.Check(t, w.observe(d).Guests["a"].Transient)
	}
	w.up(d)
	undefine()
	p, err := DiffUp(d, w.observe(d), all(d))
	assert.NilError(t, err)
	assert.Check(t, p.Empty(), "nothing is undone unasked: %s", p)
	assert.Check(t, strings.Contains(p.String(), "undefined while it runs"), "%s", p)
	p, err = DiffRecycle(d, w.observe(d), RecycleOptions{Selected: d.Declared})
	assert.NilError(t, err)
	assert.Error(t, p.Guest("a").Blocked, "it was undefined by hand while it runs (`vmprov up --restore a` defines it again)")

	options := all(d)
	options.Restore = true
	w.must(DiffUp(d, w.observe(d), options))
	assert.Check(t, !w.observe(d).Guests["a"].Transient)
	w.checkSettled(d, "restored")

	undefine()
	w.must(DiffStop(d, w.observe(d), d.Declared))
	w.checkOwned(d, "stopped")
	assert.Equal(t, w.observe(d).Guests["a"].State, "shut off")
	options.Named = map[string]bool{"a": true}
	w.must(DiffUp(d, w.observe(d), options))
	undefine()
	w.destroy(d)
}
