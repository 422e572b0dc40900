// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/config"
	"vmprov/internal/guest"
)

const (
	closureGuest = "  a: {imageless: {flake: ., kernel: /linux}, disks: [{name: scratch, size: 1GiB}, {name: tmp, size: 1GiB, persist: false}]}\n"
	kernelGuest  = "  a: {kernel: /linux, cmdline: quiet}\n"
)

// bootOf is what a guest boots after the n-th build of its kernel and the c-th
// of its closure.
func bootOf(n, c int) Boot {
	b := Boot{
		Kernel:  BootFile{Path: "/linux/bzImage", Identity: fmt.Sprintf("/linux/bzImage %d", n), Size: 1 << 20, Stage: true},
		Release: fmt.Sprintf("6.12.%d", n),
	}
	if c > 0 {
		b.Closure = fmt.Sprintf("/nix/store/closure-%d", c)
		b.Init = b.Closure + "/init"
		b.Initrd = BootFile{Path: b.Closure + "/initrd", Identity: fmt.Sprintf("initrd %d", c), Size: 2 << 20}
		b.Views = []View{{Tag: "store", Source: "/nix/store", Mount: "/run/vmprov/p/store"}, {Tag: "modules", Source: "/mods"}}
	}
	return b
}

// booting is what is asked for with boots found and host keys made: each command
// makes other ones.
func booting(d Desired, boot Boot, key string) Desired {
	d.Boots, d.HostKeys = map[string]Boot{}, map[string]guest.HostKey{}
	for _, g := range d.Declared {
		d.Boots[g.Name] = boot
		if g.HostKey == config.HostKeyPinned {
			d.HostKeys[g.Name] = guest.HostKey{Private: []byte(key), Public: "ssh-ed25519 " + key}
		}
	}
	return d
}

func TestImageless(t *testing.T) {
	up := func(d Desired, o Observed) (*Plan, error) { return DiffUp(d, o, all(d)) }
	restart := func(d Desired, o Observed) (*Plan, error) {
		opts := all(d)
		opts.Restart = true
		return DiffUp(d, o, opts)
	}
	recycle := func(d Desired, o Observed) (*Plan, error) {
		return DiffRecycle(d, o, RecycleOptions{Selected: d.Declared, Canary: 1})
	}
	destroy := func(keep bool) func(Desired, Observed) (*Plan, error) {
		return func(d Desired, o Observed) (*Plan, error) {
			return DiffDestroy(d, o, DestroyOptions{Guests: sortedKeys(o.Guests), All: true, KeepDisks: keep})
		}
	}
	// pending is a guest that runs with the first kernel and boots the second next.
	pending := func(o Observed) Observed {
		return o.with("a", func(g *ObservedGuest) {
			had, next := g.Mark.Base, bootOf(2, 1)
			g.Mark.Runs = &had
			g.Mark.Base = Base{StorePath: next.Closure, Boot: &next}
			v := stagedName(g.Domain, kernelKind, next.Kernel)
			g.Mark = g.Mark.with(Volume{Name: v})
			o.Pool.Volumes[v] = true
		})
	}
	for _, tc := range []struct {
		name     string
		guests   string
		now      string // where it differs
		was, to  Boot
		nothing  bool // is there
		observed func(Observed) Observed
		diff     func(Desired, Observed) (*Plan, error)
	}{
		{name: "create", guests: closureGuest, to: bootOf(1, 1), nothing: true, diff: up},
		{name: "create with a kernel", guests: kernelGuest, to: bootOf(1, 0), nothing: true, diff: up},
		{name: "unchanged", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), diff: up},
		{name: "new kernel", guests: closureGuest, was: bootOf(1, 1), to: bootOf(2, 1), diff: up},
		{name: "new kernel of an image", guests: kernelGuest, was: bootOf(1, 0), to: bootOf(2, 0), diff: up},
		{name: "new closure", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 2), diff: up},
		{name: "new kernel again", guests: closureGuest, was: bootOf(1, 1), to: bootOf(2, 1), observed: pending, diff: up},
		{name: "third kernel", guests: closureGuest, was: bootOf(1, 1), to: bootOf(3, 1), observed: pending, diff: up},
		{name: "back to the first kernel", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), observed: pending, diff: up},
		{name: "restart", guests: closureGuest, was: bootOf(1, 1), to: bootOf(2, 1), diff: restart},
		{name: "restart for what is pending", guests: closureGuest, was: bootOf(1, 1), to: bootOf(2, 1), observed: pending, diff: restart},
		{name: "off", guests: closureGuest, was: bootOf(1, 1), to: bootOf(2, 2), diff: up, observed: func(o Observed) Observed { return o.with("a", off) }},
		{name: "recycle", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), diff: recycle},
		{name: "recycle onto a new kernel", guests: closureGuest, was: bootOf(1, 1), to: bootOf(2, 1), diff: recycle},
		{name: "recycle an image onto a new kernel", guests: kernelGuest, was: bootOf(1, 0), to: bootOf(2, 0), diff: recycle},
		{name: "open recycle", guests: closureGuest, was: bootOf(1, 1), to: bootOf(2, 1), diff: recycle, observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) {
				g.Mark.Intent, g.Mark.Previous, g.Mark.Generation = IntentRecycle, 1, 2
				had := g.Mark.Base
				g.Mark.PreviousBase = &had
			})
		}},
		{name: "create that was cut short", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), diff: up,
			observed: func(o Observed) Observed {
				return o.with("a", func(g *ObservedGuest) { open(IntentCreate)(g); off(g) })
			}},
		{name: "host key lost", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), diff: up,
			observed: func(o Observed) Observed { delete(o.Pool.Volumes, "p-a.hostkey"); return o.with("a", off) }},
		{name: "host key accepted from now on", guests: closureGuest, now: strings.Replace(closureGuest, "a: {", "a: {hostKey: accept, ", 1), was: bootOf(1, 1), to: bootOf(1, 1), diff: restart},
		{name: "image in place of a closure", guests: closureGuest, now: "  a:\n", was: bootOf(1, 1), to: bootOf(1, 1), diff: up},
		{name: "cannot boot", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), diff: up, observed: func(o Observed) Observed {
			o.Bootless = map[string]error{"a": errors.New("imageless: no kernel")}
			return o
		}},
		{name: "destroy", guests: closureGuest + "  b: {imageless: {flake: .}}\n", was: bootOf(1, 1), to: bootOf(1, 1), diff: destroy(false)},
		{name: "destroy one", guests: closureGuest + "  b: {imageless: {flake: .}}\n", was: bootOf(1, 1), to: bootOf(1, 1), diff: func(d Desired, o Observed) (*Plan, error) {
			return DiffDestroy(d, o, DestroyOptions{Guests: []string{"a"}})
		}},
		{name: "destroy but disks", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), diff: destroy(true)},
		{name: "old console logs", guests: closureGuest, was: bootOf(1, 1), to: bootOf(1, 1), diff: restart, observed: func(o Observed) Observed {
			return o.with("a", func(g *ObservedGuest) {
				for n := 2; n <= 7; n++ {
					name := fmt.Sprintf("p-a.console.%d.6.12.1.log", n)
					g.Mark = g.Mark.with(Volume{Name: name})
					g.Mark.Console, g.Mark.Boots = name, n
					o.Pool.Volumes[name], o.Pool.Volumes[name+".0"] = true, true
				}
				running := bootOf(9, 1)
				g.Live.Base.Boot = &running
			})
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := Observed{Pool: emptyPool()}
			if !tc.nothing {
				o = settled(booting(declare(t, tc.guests), tc.was, "had"))
			}
			if tc.now == "" {
				tc.now = tc.guests
			}
			d := booting(declare(t, tc.now), tc.to, "new")
			if tc.observed != nil {
				o = tc.observed(o)
			}
			p, err := tc.diff(d, o)
			assert.NilError(t, err)
			checkGraph(t, p)
			golden.Assert(t, explain(p, d), "imageless/"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
		})
	}
}

// TestImagelessXML: what the domain of a guest without an image says.
func TestImagelessXML(t *testing.T) {
	d := booting(declare(t, "  a: {imageless: {flake: ., cmdline: nokaslr}, shares: [{tag: results, source: /r}]}\n"), bootOf(1, 1), "new")
	own := d.Boots["a"]
	own.Own = "nokaslr"
	d.Boots["a"] = own
	texts, err := Render(d, Observed{Pool: emptyPool()}, d.Declared)
	assert.NilError(t, err)
	golden.Assert(t, texts["a"], "imageless/domain.golden.xml")
}

// TestKilledImageless is TestKilled for guests that boot a closure. The test
// driver takes no content of volumes, so kernel and initrd are used in place.
func TestKilledImageless(t *testing.T) {
	w := newWorld(t)
	const guests = "  a: {imageless: {flake: .}, hostKey: accept, disks: [{name: scratch, size: 1GiB}, {name: tmp, size: 1MiB, persist: false}]}\n"
	in := func(n, c int) Desired {
		b := bootOf(n, c)
		b.Kernel.Stage, b.Views = false, nil
		return booting(w.declare(guests), b, "")
	}
	before, after := in(1, 1), in(2, 2)
	up := func(d Desired, o Observed) (*Plan, error) { return DiffUp(d, o, all(d)) }
	for name, diff := range map[string]func(Desired, Observed) (*Plan, error){
		"restart": func(d Desired, o Observed) (*Plan, error) {
			opts := all(d)
			opts.Restart = true
			return DiffUp(d, o, opts)
		},
		"up": up,
		"recycle": func(d Desired, o Observed) (*Plan, error) {
			return DiffRecycle(d, o, RecycleOptions{Selected: d.Declared, Canary: 1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := w
			w.t = t
			for n, more := 0, true; more; n++ {
				when := fmt.Sprintf("killed after %d actions", n)
				w.up(before)
				p, err := diff(after, w.observe(after))
				assert.NilError(t, err)
				more = n < len(p.Actions)
				w.apply(p, n)
				w.checkOwned(after, when)
				for _, g := range w.observe(after).Guests {
					if held := g.Mark.StorePaths(); g.Live != nil {
						assert.Check(t, slices.Contains(held, g.Live.Base.StorePath), "%s: what runs is not held, but %v", when, held)
					}
				}
				next, err := up(after, w.observe(after))
				assert.NilError(t, err, when)
				assert.Check(t, !deletes(next, "p-a.scratch.qcow2"), "a data disk is lost:\n%s", next)
				w.must(next, err)
				w.destroy(after)
				if t.Failed() {
					t.Fatalf("%s:\n%s", when, p)
				}
			}
		})
	}
}
