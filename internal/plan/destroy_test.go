// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/config"
	"vmprov/network"
	"vmprov/storage"
)

func TestDestroy(t *testing.T) {
	const disk = "  a: {disks: [{name: scratch, size: 1GiB}]}\n"
	const two = disk + "  b:\n"
	to := func(change func(*ObservedGuest)) func(Observed) Observed {
		return func(o Observed) Observed { return o.with("a", change) }
	}
	resting := func(uuid string) func(Observed) Observed {
		return func(o Observed) Observed {
			o.Pool.Active, o.Pool.UUID, o.Pool.Volumes = false, uuid, map[string]bool{}
			o.Pools = map[string]storage.Pool{o.Pool.Name: o.Pool}
			return to(off)(o)
		}
	}
	every := DestroyOptions{Guests: []string{"a", "b"}, All: true}
	keep := DestroyOptions{Guests: []string{"a", "b"}, All: true, KeepDisks: true}
	for _, tc := range []struct {
		name     string
		was      string
		observed func(Observed) Observed
		options  DestroyOptions
	}{
		{name: "one of two", was: two, options: DestroyOptions{Guests: []string{"a"}}},
		{name: "all", was: two, options: every},
		{name: "all off", was: disk, observed: to(off), options: every},
		{name: "rotated console logs", was: "  a:\n", options: every, observed: func(o Observed) Observed {
			o.Pool.Volumes["p-a.console.log.0"], o.Pool.Volumes["p-a.console.log.old"] = true, true
			return o
		}},
		{name: "beside another project", was: "  a:\n", options: every, observed: func(o Observed) Observed {
			o.Pool.Volumes["q-a.root.1.qcow2"] = true
			o.Networks["q-lab"] = ObservedNetwork{Network: network.Network{Name: "q-lab"}, Marked: true, Mark: NetworkMark{Project: "q", Network: "lab"}}
			o.Networks["default"] = ObservedNetwork{Network: network.Network{Name: "default"}}
			return o
		}},
		{name: "in a pool that is not ours", was: disk, options: every, observed: func(o Observed) Observed {
			o.Pool.UUID = "theirs"
			o.Pools = map[string]storage.Pool{o.Pool.Name: o.Pool}
			return to(func(g *ObservedGuest) { g.Mark.PoolUUID = "" })(o)
		}},
		{name: "our pool is not active", was: disk, options: every, observed: resting(emptyPool().UUID)},
		{name: "their pool is not active", was: disk, options: every, observed: func(o Observed) Observed {
			return to(func(g *ObservedGuest) { g.Mark.PoolUUID = "" })(resting("theirs")(o))
		}},
		{name: "pool is gone", was: disk, options: every, observed: resting("")},
		{name: "keep disks", was: two, options: keep},
		{name: "keep disks with autostart", was: "  a: {autostart: true, disks: [{name: scratch, size: 1GiB}]}\n", options: keep},
		{name: "keep disks of a guest without", was: "  a:\n", options: keep},
		{name: "kept disks", was: disk, observed: keptDisks, options: every},
		{name: "kept disks once more", was: disk, observed: keptDisks, options: keep},
		{name: "unreadable spec", was: disk, observed: to(func(g *ObservedGuest) { g.Mark.Applied = "{" }), options: keep},
		{name: "open create", was: disk, options: every, observed: func(o Observed) Observed {
			delete(o.Pool.Volumes, "p-a.scratch.qcow2")
			return to(open(IntentCreate))(to(off)(o))
		}},
		{name: "open recycle", was: disk, observed: func(o Observed) Observed { return midRecycle(o, true) }, options: every},
		{name: "open recycle keep disks", was: disk, observed: func(o Observed) Observed { return midRecycle(o, true) }, options: keep},
		{name: "open rollback", was: disk, observed: midRollback, options: every},
		{name: "open destroy", was: disk, observed: to(open(IntentDestroy)), options: every},
		{name: "open destroy but disks", was: disk, observed: to(open(IntentKeep)), options: every},
		{name: "network left over", was: disk, observed: func(o Observed) Observed { return o.without("a") }, options: every},
		{name: "broken mark beside", was: plain, options: every, observed: func(o Observed) Observed {
			o.Broken = []string{"domain `p-b`: read mark: EOF"}
			return o
		}},
		{name: "nothing", was: disk, options: every, observed: func(o Observed) Observed {
			o = o.without("a")
			clear(o.Networks)
			o.Pool.Volumes["q-a.root.1.qcow2"] = true
			return o
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := declare(t, tc.was)
			o := settled(d)
			if tc.observed != nil {
				o = tc.observed(o)
			}
			p, err := DiffDestroy(d, o, tc.options)
			assert.NilError(t, err)
			checkGraph(t, p)
			golden.Assert(t, explain(p, d), "destroy/"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
		})
	}
}

// TestDestroyOfAnotherOrigin: a configuration removes nothing of another one;
// a name alone does.
func TestDestroyOfAnotherOrigin(t *testing.T) {
	d := declare(t, plain)
	o := settled(d).with("a", func(g *ObservedGuest) { g.Mark.Origin.Path = "/elsewhere/vmprov.yaml" })
	_, err := DiffDestroy(d, o, DestroyOptions{Guests: []string{"a"}, All: true})
	refusal, ok := err.(*Refusal)
	assert.Assert(t, ok, "%v", err)
	assert.Equal(t, refusal.Hint(), "choose another project name, or remove the project whatever it comes from with `vmprov destroy --project p`")

	p, err := DiffDestroy(Desired{Project: "p", Host: d.Host}, o, DestroyOptions{Guests: []string{"a"}, All: true})
	assert.NilError(t, err)
	assert.Assert(t, !p.Empty())
}

func TestStop(t *testing.T) {
	d := declare(t, "  runs:\n  off:\n  stopped:\n  yet:\n  recycles:\n")
	o := settled(d).with("off", off).with("stopped", stoppedByUser).
		with("yet", func(g *ObservedGuest) { g.Mark.Wanted = WantedStopped }).with("recycles", func(g *ObservedGuest) {
		base := g.Mark.Base
		g.Mark.Intent, g.Mark.Previous, g.Mark.PreviousBase = IntentRecycle, 1, &base
	})
	gone := config.Guest{Name: "gone"}
	p, err := DiffStop(d, o, append(d.Declared, gone))
	assert.NilError(t, err)
	checkGraph(t, p)
	golden.Assert(t, explain(p, d), "stop.golden")

	_, err = DiffStop(d, o.with("off", func(g *ObservedGuest) { g.Mark.Origin.UID++ }), d.Declared)
	assert.ErrorContains(t, err, "guest `off` comes from another configuration")
}
