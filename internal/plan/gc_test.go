// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/config"
	"vmprov/internal/state"
	"vmprov/storage"
)

// host is what is observed and left in a case.
type gcHost struct {
	Observed
	Leftovers
}

// put puts a volume of a MiB into the pool.
func (h *gcHost) put(names ...string) {
	for _, name := range names {
		h.Pool.Volumes[name] = true
		h.Volumes[h.Pool.Name] = append(h.Volumes[h.Pool.Name], storage.Detail{
			Name: name, Path: h.Pool.Volume(name), Bytes: 1 << 20, File: true,
		})
	}
}

// define puts a domain there that says no more than text.
func (h *gcHost) define(name, text string) {
	h.Domains = append(h.Domains, AnyDomain{Name: name, UUID: "uuid-of-" + name, Texts: []string{text}})
}

// pool changes the one pool, everywhere.
func (h *gcHost) pool(change func(*storage.Pool)) {
	change(&h.Pool)
	h.Pools = map[string]storage.Pool{h.Pool.Name: h.Pool}
}

// gcSettled is a host on which the guests of d run and nothing is left over.
func gcSettled(t *testing.T, d Desired) *gcHost {
	t.Helper()
	h := &gcHost{Observed: settled(d), Leftovers: Leftovers{
		Volumes: map[string][]storage.Detail{}, Links: map[string]bool{}, Open: map[string]bool{}, Busy: map[string]bool{},
		Built: map[string]bool{"i": true}, Privileged: true,
	}}
	volumes := sortedKeys(h.Pool.Volumes)
	h.put(volumes...)
	for _, name := range sortedKeys(h.Guests) {
		g := h.Guests[name]
		h.Domains = append(h.Domains, AnyDomain{Name: g.Domain, UUID: g.UUID, Texts: []string{g.XML + g.Mark.Encode()}})
	}
	folder, err := state.Open(state.User{UID: 1000, GID: 1000, Home: "/home/ada"}, d.Project)
	assert.NilError(t, err)
	h.States = []StateLeft{{
		Folder: folder, Known: map[string]uint64{"a": 100},
		Roots: map[string]string{"i-1": "/nix/store/i-1"}, Sizes: map[string]uint64{"/nix/store/i-1": 4 << 30},
		Files: []state.File{{Name: "id_ed25519", Bytes: 400}, {Name: SSHConfigName("a"), Bytes: 300}, {Name: BuildLogName("i"), Bytes: 1000}},
	}}
	return h
}

func TestGC(t *testing.T) {
	const every = "p-gone.root.3.qcow2"
	all := []string{every, "p-gone.scratch.qcow2", "p-gone.console.log", "p-gone.console.log.0", "p-gone.console.2.6.1.0.log",
		"p-gone.kernel.0123456789ab", "p-gone.initrd.0123456789ab", "p-gone.hostkey"}
	for _, tc := range []struct {
		name    string
		host    func(*gcHost)
		options GCOptions
	}{
		{name: "nothing", host: func(*gcHost) {}},
		{name: "volumes of a guest that is gone", host: func(h *gcHost) { h.put(all...) }},
		{name: "data disks too", host: func(h *gcHost) { h.put(all...) }, options: GCOptions{Disks: true}},
		{name: "names of others", host: func(h *gcHost) { h.put("q-a.root.1.qcow2", "notes.txt", "p-a.root.1.qcow2.bak") }, options: GCOptions{Disks: true}},
		{name: "a cut-short recycle", host: func(h *gcHost) {
			g := h.Guests["a"]
			g.Mark.Intent, g.Mark.Generation, g.Mark.Previous = IntentRecycle, 2, 1
			g.Mark = g.Mark.with(Volume{Name: "p-a.root.2.qcow2"})
			h.put("p-a.root.2.qcow2", "p-a.root.7.qcow2")
			h.Domains = []AnyDomain{{Name: g.Domain, UUID: g.UUID, Texts: []string{g.Mark.Encode()}}}
		}},
		{name: "logs that were rotated away", host: func(h *gcHost) { h.put("p-a.console.log.0", "p-a.console.log.1", "p-b.console.log.0") }},
		{name: "named by a domain without a mark", host: func(h *gcHost) {
			h.put(every)
			h.define("somebody", "<source file='"+h.Pool.Volume(every)+"'/>")
		}},
		{name: "named by a snapshot", host: func(h *gcHost) {
			h.put(every)
			h.Domains = append(h.Domains, AnyDomain{Name: "s", Texts: []string{"<domain/>", "<domainsnapshot>" + every + "</domainsnapshot>"}})
		}},
		{name: "a mark that cannot be read", host: func(h *gcHost) {
			h.put(all...)
			h.put("p-b.root.1.qcow2")
			h.define("p-gone", "<domain/>")
			h.Domains[len(h.Domains)-1].Broken = true
			h.States[0].Roots["i-0"], h.States[0].Known["gone"] = "/nix/store/i-0", 90
			h.Views = []string{"/run/vmprov/p/store"}
		}},
		{name: "a mark that was removed", host: func(h *gcHost) {
			h.put(all...)
			h.define("p-gone", "<domain><source file='"+h.Pool.Volume(every)+"'/></domain>")
		}, options: GCOptions{Disks: true}},
		{name: "a domain that was renamed", host: func(h *gcHost) {
			h.put(every)
			h.Domains = append(h.Domains, AnyDomain{Name: "other", UUID: config.DomainUUID("p", "gone"), Texts: []string{"<domain/>"}})
		}},
		{name: "in a pool that is not vmprov's", host: func(h *gcHost) {
			h.put(all...)
			h.pool(func(p *storage.Pool) { p.UUID = "theirs" })
		}, options: GCOptions{Disks: true}},
		{name: "in a pool that is not active", host: func(h *gcHost) {
			h.pool(func(p *storage.Pool) { p.Active, p.Volumes = false, map[string]bool{} })
		}},
		{name: "a link, a folder, one that is open, one that is backed on", host: func(h *gcHost) {
			h.put("p-l.root.1.qcow2", "p-f.root.1.qcow2", "p-o.root.1.qcow2", "p-k.root.1.qcow2")
			h.Links[h.Pool.Volume("p-l.root.1.qcow2")] = true
			h.Open[h.Pool.Volume("p-o.root.1.qcow2")] = true
			volumes := h.Volumes[h.Pool.Name]
			volumes[slices.IndexFunc(volumes, func(v storage.Detail) bool { return v.Name == "p-f.root.1.qcow2" })].File = false
			h.Volumes["theirs"] = []storage.Detail{{Name: "snap", Path: "/srv/snap", Backing: h.Pool.Volume("p-k.root.1.qcow2"), File: true}}
		}},
		{name: "a volume that cannot be read", host: func(h *gcHost) {
			h.put(all...)
			h.Volumes["theirs"] = []storage.Detail{{Name: "x", Unread: "cannot open volume"}}
		}, options: GCOptions{Disks: true}},
		{name: "a view and no root", host: func(h *gcHost) {
			h.Views, h.Privileged = []string{"/run/vmprov/p/store"}, false
			h.Files = []HostFile{{socketKind, "/run/a.gdb", "a", 0}}
		}},
		{name: "another project's guest with a broken mark", host: func(h *gcHost) {
			h.put(every)
			h.Domains = append(h.Domains, AnyDomain{Name: "q-a", Texts: []string{"<domain/>"}, Broken: true})
		}},
		{name: "another project's command", host: func(h *gcHost) {
			h.put("p-x-1.root.1.qcow2", "p-y-1.root.1.qcow2")
			h.Busy["p-x"] = true
		}},
		{name: "what is left of the state", host: func(h *gcHost) {
			s := &h.States[0]
			s.Roots["i-0"], s.Sizes["/nix/store/i-0"] = "/nix/store/i-0", 3<<30
			s.Known["gone"] = 90
			s.Files = append(s.Files, state.File{Name: SSHConfigName("gone"), Bytes: 200}, state.File{Name: BuildLogName("old"), Bytes: 50},
				state.File{Name: ".known_hosts.ABCDEFGHIJ.tmp", Bytes: 10}, state.File{Name: "notes", Bytes: 7})
			h.Views = []string{"/run/vmprov/p/store"}
		}},
		{name: "what libvirt keeps", host: func(h *gcHost) {
			h.Files = []HostFile{
				{tpmKind, "/tpm/a", "a", 9}, {tpmKind, "/tpm/gone", "gone", 9},
				{firmwareKind, "/nvram/p-a_VARS.fd", "a", 8}, {firmwareKind, "/nvram/p-gone_VARS.fd", "gone", 8},
				{socketKind, "/run/a.gdb", "a", 0},
			}
		}},
		{name: "TPM with disks", host: func(h *gcHost) { h.Files = []HostFile{{tpmKind, "/tpm/gone", "gone", 9}} }, options: GCOptions{Disks: true}},
		{name: "nothing but garbage", host: func(h *gcHost) {
			h.pool(func(p *storage.Pool) { clear(p.Volumes) })
			h.Guests, h.Domains, h.Volumes = nil, nil, map[string][]storage.Detail{}
			h.put(every)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := declare(t, "  a: {disks: [{name: scratch, size: 1GiB}]}\n")
			h := gcSettled(t, d)
			tc.host(h)
			pl, found, err := DiffGC(d, h.Observed, h.Leftovers, tc.options)
			assert.NilError(t, err)
			assert.DeepEqual(t, kept(found), kept(withoutActions(found)))
			golden.Assert(t, pl.String()+describeGarbage(found), "gc/"+strings.NewReplacer(",", "", "'", "", " ", "-").Replace(tc.name)+".golden")
		})
	}
}

func describeGarbage(found []Garbage) string {
	var b strings.Builder
	for _, g := range found {
		fmt.Fprintf(&b, "%s `%s` %d %s\n", g.Kind, g.Name, g.Bytes, map[bool]string{true: fmt.Sprintf("[%d]", g.Action), false: "kept: " + g.Kept}[g.Kept == ""])
	}
	return b.String()
}

// kept and withoutActions are the same things: what is kept has no action, and
// what is not has one.
func kept(found []Garbage) (out []string) {
	for _, g := range found {
		if g.Kept != "" {
			out = append(out, g.Name)
		}
	}
	return out
}

func withoutActions(found []Garbage) (out []Garbage) {
	for _, g := range found {
		if g.Action == 0 {
			out = append(out, g)
		}
	}
	return out
}

func TestGCRefusesAnotherFile(t *testing.T) {
	d := declare(t, "  a:\n")
	h := gcSettled(t, d)
	d.Origin.Path = "/home/ben/vmprov.yaml"
	_, _, err := DiffGC(d, h.Observed, h.Leftovers, GCOptions{})
	assert.ErrorContains(t, err, "comes from another configuration")

	// By its name alone whatever made it; what is built is not known.
	d.Origin = Origin{}
	h.Built = nil
	h.States[0].Files = []state.File{{Name: BuildLogName("old")}}
	pl, found, err := DiffGC(d, h.Observed, h.Leftovers, GCOptions{})
	assert.NilError(t, err)
	assert.Assert(t, pl.Empty())
	assert.Equal(t, len(found), 0)
}

// volumesOf counts the volumes among garbage.
func volumesOf(found []Garbage) (n int) {
	for _, g := range found {
		if g.Pool != "" {
			n++
		}
	}
	return n
}

func TestGCKnowsEveryNameOfAVolume(t *testing.T) {
	d := declare(t, "  a: {count: 3, disks: [{name: scratch, size: 1GiB}]}\n")
	h := gcSettled(t, d)
	options := GCOptions{Disks: true}

	_, found, err := DiffGC(d, h.Observed, h.Leftovers, options)
	assert.NilError(t, err)
	assert.Equal(t, volumesOf(found), 0, "what a mark owns is no garbage")

	h.Domains = nil
	_, found, err = DiffGC(d, h.Observed, h.Leftovers, options)
	assert.NilError(t, err)
	assert.Equal(t, volumesOf(found), len(h.Pool.Volumes), "what no mark owns is")
}
