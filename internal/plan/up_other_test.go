// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"net/netip"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/config"
	"vmprov/network"
	"vmprov/storage"
)

const plain = "  a:\n"

func TestUpOfStoppedByUser(t *testing.T) {
	stopped := func(o Observed) Observed { return o.with("a", stoppedByUser) }
	for _, tc := range []upCase{
		{name: "stopped", was: plain, observed: stopped},
		{name: "stopped named", was: plain, observed: stopped, options: func(d Desired, o *UpOptions) { *o = named(d, "a") }},
		{name: "stopped changed", was: plain, now: "  a: {memory: 2GiB}\n", observed: stopped},
		{name: "stopped yet runs", was: plain, observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) { g.Mark.Wanted = WantedStopped })
		}},
		{name: "stopped yet runs named", was: plain, options: func(d Desired, o *UpOptions) { *o = named(d, "a") },
			observed: func(o Observed) Observed {
				return o.with("a", func(g *ObservedGuest) { g.Mark.Wanted = WantedStopped })
			}},
		{name: "stopped in the middle of a recycle", was: plain, observed: func(o Observed) Observed {
			return midRecycle(o, false).with("a", stoppedByUser)
		}},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpOfImages(t *testing.T) {
	rebuilt := func(d *Desired) { d.Images["i"] = built("i", 2) }
	recycle := func(_ Desired, o *UpOptions) { o.Recycle = true }
	for _, tc := range []upCase{
		{name: "image rebuilt", was: plain, desired: rebuilt},
		{name: "image rebuilt stopped", was: plain, desired: rebuilt, observed: func(o Observed) Observed { return o.with("a", off) }},
		{name: "image rebuilt stopped by user", was: plain, desired: rebuilt, observed: func(o Observed) Observed { return o.with("a", stoppedByUser) }},
		{name: "image rebuilt recycle", was: plain, desired: rebuilt, options: recycle},
		{name: "image same recycle", was: plain, options: recycle},
		{name: "root grown", was: plain, now: "  a: {root: {size: 8GiB}}\n"},
		{name: "root grown recycle", was: plain, now: "  a: {root: {size: 8GiB}}\n", options: recycle},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpCarriesOn(t *testing.T) {
	const disk = "  a: {disks: [{name: scratch, size: 1GiB}]}\n"
	begun := func(intent Intent, more ...func(*ObservedGuest)) func(Observed) Observed {
		return func(o Observed) Observed {
			for _, change := range append(more, open(intent)) {
				o = o.with("a", change)
			}
			return o
		}
	}
	for _, tc := range []upCase{
		{name: "open create", was: disk, observed: func(o Observed) Observed {
			delete(o.Pool.Volumes, "p-a.scratch.qcow2")
			return begun(IntentCreate, off)(o)
		}},
		{name: "open change running", was: disk, observed: begun(IntentChange)},
		{name: "open change stopped", was: disk, observed: begun(IntentChange, off)},
		{name: "open recycle before swap", was: disk, observed: func(o Observed) Observed { return midRecycle(o, false) }},
		{name: "open recycle after swap", was: disk, observed: func(o Observed) Observed { return midRecycle(o, true) }},
		{name: "open recycle after swap off", was: disk, observed: func(o Observed) Observed { return midRecycle(o, true).with("a", off) }},
		{name: "open rollback", was: disk, observed: midRollback},
		{name: "open destroy", was: disk, observed: begun(IntentDestroy)},
		{name: "open destroy but disks", was: disk, observed: begun(IntentKeep)},
		{name: "open destroy but disks all gone", was: disk, observed: func(o Observed) Observed {
			clear(o.Pool.Volumes)
			return begun(IntentKeep, off)(o)
		}},
		{name: "kept disks", was: disk, observed: keptDisks},
		{name: "kept disks on a newer image", was: disk, observed: keptDisks, desired: func(d *Desired) { d.Images["i"] = built("i", 2) }},
		{name: "kept disks shrunk", was: "  a: {disks: [{name: scratch, size: 2GiB}]}\n", now: disk, observed: keptDisks},
		{name: "kept disks recreate", was: disk, observed: keptDisks, options: recreate("a")},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpOfWhatIsNotOurs(t *testing.T) {
	taken := func(key, by string) func(Observed) Observed {
		return func(o Observed) Observed { o.Taken = map[string]string{key: by}; return o }
	}
	otherOrigin := func(o Observed) Observed {
		return o.with("a", func(g *ObservedGuest) { g.Mark.Origin.Path = "/elsewhere/vmprov.yaml" })
	}
	adopt := func(_ Desired, o *UpOptions) { o.Adopt = true }
	for _, tc := range []upCase{
		{name: "foreign domain by name", now: plain, observed: taken("p-a", "p-a")},
		{name: "foreign domain by UUID", now: plain, observed: taken(config.DomainUUID("p", "a"), "somebody")},
		{name: "foreign domain beside ours", now: "  a:\n  b:\n", observed: taken("p-a", "p-a")},
		{name: "broken mark", now: plain, observed: func(o Observed) Observed {
			o.Broken = []string{"domain `p-a`: read mark: EOF"}
			return taken("p-a", "p-a")(o)
		}},
		{name: "foreign volume", now: plain, observed: func(o Observed) Observed {
			o.Pool.Volumes["p-a.root.1.qcow2"] = true
			return o
		}},
		{name: "foreign volume of a new disk", was: plain, now: "  a: {disks: [{name: scratch, size: 1GiB}]}\n", observed: func(o Observed) Observed {
			o.Pool.Volumes["p-a.scratch.qcow2"] = true
			return o
		}},
		{name: "foreign network", now: plain, observed: func(o Observed) Observed {
			o.Networks = map[string]ObservedNetwork{"p-lab": {Network: network.Network{Name: "p-lab"}}}
			return o
		}},
		{name: "network of a project whose names meet", now: plain, observed: func(o Observed) Observed {
			o.Networks = map[string]ObservedNetwork{"p-lab": {Network: network.Network{Name: "p-lab"}, Marked: true, Mark: NetworkMark{Project: "p-l", Network: "ab"}}}
			return o
		}},
		{name: "other origin", was: plain, observed: otherOrigin,
			wantRefusal: "project `p`: guest `a` comes from another configuration, /elsewhere/vmprov.yaml on machine machine"},
		{name: "other origin adopt", was: plain, observed: otherOrigin, options: adopt},
		{name: "other origin adopt changed", was: plain, now: "  a: {memory: 2GiB}\n", observed: otherOrigin, options: adopt},
		{name: "other origin adopt orphan", was: plain, now: "  b:\n", observed: otherOrigin, options: adopt},
		{name: "orphan", was: "  a:\n  b:\n", now: "  b:\n"},
		{name: "orphan removed", was: "  a: {disks: [{name: scratch, size: 1GiB}]}\n  b:\n", now: "  b:\n",
			options: func(_ Desired, o *UpOptions) { o.RemoveOrphans = true }},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpOfHandEdits(t *testing.T) {
	edited := func(o Observed) Observed { return o.with("a", edited) }
	editedOff := func(o Observed) Observed { return edited(o).with("a", off) }
	restore := func(_ Desired, o *UpOptions) { o.Restore = true }
	for _, tc := range []upCase{
		{name: "hand edit", was: plain, observed: edited},
		{name: "hand edit stopped", was: plain, observed: editedOff},
		{name: "hand edit restore", was: plain, observed: edited, options: restore},
		{name: "hand edit restore stopped", was: plain, observed: editedOff, options: restore},
		{name: "hand edit and change", was: plain, now: "  a: {memory: 2GiB}\n", observed: edited},
		{name: "hand edit and change restore", was: plain, now: "  a: {memory: 2GiB}\n", observed: edited, options: restore},
		{name: "hand edit and ready changed", was: plain, now: "  a: {ready: [agent]}\n", observed: editedOff},
		{name: "hand edit and new key", was: plain, observed: edited, desired: secondKey},
		{name: "hand edit and new image recycle", was: plain, observed: edited, desired: func(d *Desired) { d.Images["i"] = built("i", 2) },
			options: func(_ Desired, o *UpOptions) { o.Recycle = true }},
		{name: "hand edit under another libvirt", was: plain, observed: edited, desired: func(d *Desired) { d.Host.LibVersion++ }},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpOfPools(t *testing.T) {
	pool := func(p storage.Pool) func(Observed) Observed {
		return func(o Observed) Observed { o.Pool = p; return o }
	}
	resting := func(o Observed) Observed {
		// Nothing is seen of a pool that is not active.
		o.Pool.Active, o.Pool.Volumes = false, map[string]bool{}
		o.Pools = map[string]storage.Pool{o.Pool.Name: o.Pool}
		return o.with("a", off)
	}
	declared := func(p config.Pool) func(*Desired) { return func(d *Desired) { d.Pool = p } }
	fast := config.Pool{Name: "fast"}
	for _, tc := range []upCase{
		{name: "pool inactive", was: plain, now: "  a:\n  b:\n", observed: resting},
		// What its mark lists may not have been made.
		{name: "pool inactive and open create", was: plain, observed: func(o Observed) Observed {
			return resting(o).with("a", open(IntentCreate))
		}},
		{name: "pool by name missing", now: plain, desired: declared(fast), observed: pool(storage.Pool{Name: "fast"})},
		{name: "pool by name inactive", now: plain, desired: declared(fast), observed: pool(storage.Pool{Name: "fast", UUID: "u", Path: "/fast"})},
		{name: "pool by name", now: plain, desired: declared(fast), observed: pool(storage.Pool{Name: "fast", UUID: "u", Path: "/fast", Active: true})},
		{name: "pool by path missing", now: plain, desired: declared(config.Pool{Path: "/srv/pool/"}), observed: pool(storage.Pool{Path: "/srv/pool"})},
		{name: "another pool than its own", was: plain, now: "  a: {memory: 2GiB}\n", desired: declared(fast), observed: func(o Observed) Observed {
			return pool(storage.Pool{Name: "fast"})(o).with("a", off)
		}},
		{name: "another pool and its own rests", was: plain, desired: declared(fast), observed: func(o Observed) Observed {
			return pool(storage.Pool{Name: "fast"})(resting(o))
		}},
		{name: "another pool and its own is gone", was: plain, desired: declared(fast), observed: func(o Observed) Observed {
			o.Pools = map[string]storage.Pool{DefaultPool: {Name: DefaultPool}}
			return pool(storage.Pool{Name: "fast", UUID: "u", Active: true})(o).with("a", off)
		}},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpOfNetworks(t *testing.T) {
	lab := func(change func(*ObservedNetwork)) func(Observed) Observed {
		return func(o Observed) Observed {
			n := o.Networks["p-lab"]
			change(&n)
			o.Networks["p-lab"] = n
			return o
		}
	}
	for _, tc := range []upCase{
		{name: "subnet of another network", now: plain, observed: func(o Observed) Observed {
			o.Networks = map[string]ObservedNetwork{"other": {Network: network.Network{Name: "other", Subnet: netip.MustParsePrefix("10.47.0.128/25")}}}
			return o
		}},
		{name: "subnet of a route", now: plain, observed: func(o Observed) Observed {
			o.Routes = []netip.Prefix{netip.MustParsePrefix("10.40.0.0/13")}
			return o
		}},
		{name: "subnet changed", was: plain, now: "  a:\n  b:\n", desired: func(d *Desired) {
			d.Networks["lab"] = config.Network{Mode: config.NetworkNAT, IPv4: "10.48.0.0/24"}
		}},
		{name: "mode changed", was: plain, now: "  a:\n  b:\n", desired: func(d *Desired) {
			d.Networks["lab"] = config.Network{Mode: config.NetworkIsolated, IPv4: "10.47.0.0/24"}
		}},
		{name: "network inactive", was: plain, observed: func(o Observed) Observed {
			return lab(func(n *ObservedNetwork) { n.Active = false })(o).with("a", off)
		}},
	} {
		t.Run(tc.name, tc.run)
	}
}

// TestAddresses: an address once given is kept, a new guest gets the lowest free one.
func TestAddresses(t *testing.T) {
	o := settled(declare(t, "  a:\n  b:\n  c:\n"))
	o = o.without("a")
	lab := o.Networks["p-lab"]
	lab.Hosts = lab.Hosts[1:]
	o.Networks["p-lab"] = lab
	d := declare(t, "  new:\n  c:\n  b:\n")
	p, err := DiffUp(d, o, all(d))
	assert.NilError(t, err)
	got := map[string]string{}
	for _, g := range p.Guests {
		got[g.Guest] = g.Address
	}
	assert.DeepEqual(t, got, map[string]string{"new": "10.47.0.2", "b": "10.47.0.3", "c": "10.47.0.4"})
}

// TestFreeSubnets: two networks of one plan do not get the same subnet, nor one
// that the file gives to another.
func TestFreeSubnets(t *testing.T) {
	d := declareFile(t, `
project: p
images: {i: {file: /i}}
networks: {one: {}, two: {}, set: {ipv4: 10.47.1.0/24}}
guests: {a: {networks: [one, two, set]}}
`)
	p, err := DiffUp(d, Observed{Pool: emptyPool()}, all(d))
	assert.NilError(t, err)
	var causes []string
	for _, a := range p.Actions {
		if _, ok := a.Op.(defineNetwork); ok {
			causes = append(causes, a.Cause)
		}
	}
	assert.DeepEqual(t, causes, []string{
		"not there yet, 10.47.0.0/24 with 1 reservation",
		"not there yet, 10.47.1.0/24 with 1 reservation",
		"not there yet, 10.47.2.0/24 with 1 reservation",
	})
}

// midRecycle is guest a with an open recycle to image i-2, before or after its
// definition names the new overlay.
func midRecycle(o Observed, swapped bool) Observed {
	return o.with("a", func(g *ObservedGuest) {
		previous := g.Mark.Base
		g.Mark.Intent, g.Mark.Previous, g.Mark.PreviousBase, g.Mark.Generation = IntentRecycle, 1, &previous, 2
		a := built("i", 2)
		g.Mark.Base = Base{Identity: a.Identity, Path: a.Path, Format: a.Format, StorePath: a.StorePath, Size: a.VirtualSize}
		g.Mark = g.Mark.with(Volume{Name: "p-a.root.2.qcow2"})
		if swapped {
			o.Pool.Volumes["p-a.root.2.qcow2"] = true
			g.Root.Path = o.Pool.Volume("p-a.root.2.qcow2")
			live := g.Mark
			g.Live = &live
		}
	})
}

// midRollback is guest a on its way back from image i-2.
func midRollback(o Observed) Observed {
	return midRecycle(o, true).with("a", func(g *ObservedGuest) {
		m := &g.Mark
		newer := m.Base
		m.Intent, m.Generation, m.Previous, m.Base, m.PreviousBase = IntentRollback, 1, 2, *m.PreviousBase, &newer
	})
}

// keptDisks is guest a after destroy --keep-disks.
func keptDisks(o Observed) Observed {
	return o.with("a", func(g *ObservedGuest) {
		stoppedByUser(g)
		for _, v := range g.Mark.Volumes {
			if v.Disk == "" {
				g.Mark = g.Mark.without(v.Name)
				delete(o.Pool.Volumes, v.Name)
			}
		}
	})
}

// TestUpOfStoppedNetworks: a running guest does not come back to a network that
// was stopped under it, so no change is not the answer.
func TestUpOfStoppedNetworks(t *testing.T) {
	stopped := func(o Observed) Observed {
		n := o.Networks["p-lab"]
		n.Active = false
		o.Networks["p-lab"] = n
		return o
	}
	gone := func(o Observed) Observed { delete(o.Networks, "p-lab"); return o }
	restart := func(_ Desired, o *UpOptions) { o.Restart = true }
	for _, tc := range []upCase{
		{name: "network stopped", was: plain, observed: stopped},
		{name: "network stopped restart", was: plain, observed: stopped, options: restart},
		{name: "network gone", was: plain, observed: gone},
		{name: "network gone restart", was: plain, observed: gone, options: restart},
		{name: "network stopped without a guest on it", was: "  a: {networks: []}\n", observed: stopped, options: restart},
	} {
		t.Run(tc.name, tc.run)
	}
}

func TestUpOnExistingNetworks(t *testing.T) {
	const head = "project: p\nimages: {i: {file: /images/i}}\nnetworks: {n: {mode: existing, network: default}}\nguests: {a: {ready: [running]}}\n"
	for _, tc := range []struct {
		name     string
		networks map[string]ObservedNetwork
		want     string
	}{
		{"missing", nil, "network `default` does not exist (`virsh net-list --all` shows those that do)"},
		{"not active", map[string]ObservedNetwork{"default": {}}, "network `default` is not active (start it: virsh net-start default)"},
		{"active", map[string]ObservedNetwork{"default": {Network: network.Network{Active: true}}}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := declareFile(t, head)
			p, err := DiffUp(d, Observed{Pool: emptyPool(), Networks: tc.networks}, all(d))
			assert.NilError(t, err)
			if tc.want == "" {
				assert.NilError(t, p.Guest("a").Blocked)
				return
			}
			assert.Error(t, p.Guest("a").Blocked, tc.want)
			assert.Check(t, p.Empty(), "%s", p)
		})
	}
}
