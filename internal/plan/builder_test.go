// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/guest"
	"vmprov/internal/virt"
	"vmprov/network"
	"vmprov/storage"
)

const testLibVersion = 9_000_000

// defined is what is left of a definition where its content does not matter.
const defined = "<domain type='kvm'><memory unit='KiB'>1048576</memory></domain>"

// head is what every configuration of the tests begins with.
const head = `
project: p
images: {i: {file: /images/i}, k: {file: /images/k}}
networks: {lab: {mode: nat, ipv4: 10.47.0.0/24}}
defaults: {image: i, memory: 1GiB, ready: [running]}
`

// declare is what a configuration of these guests asks for, all images built.
func declare(t *testing.T, guests string) Desired {
	t.Helper()
	return declareFile(t, head+"guests:\n"+guests)
}

func declareFile(t *testing.T, yaml string) Desired {
	t.Helper()
	file, err := config.Parse([]byte(yaml), config.Environment{File: "/home/ada/vmprov.yaml", Owner: config.Owner{UID: 1000, Home: "/home/ada"}})
	assert.NilError(t, err)
	host := virt.Host{Local: true, LibVersion: testLibVersion, Arch: "x86_64", Machine: "q35", KVM: true, VirtioFS: true, QEMUUser: virt.Credential{UID: 64055, GID: 64055}}
	images := map[string]image.Artifact{}
	for name := range file.Images {
		images[name] = built(name, 1)
	}
	ssh := SSH{User: "root", Key: guest.KeyPair{Authorized: "key-ada"}, Authorized: []string{"key-ada"}}
	d := NewDesired(file, host, images, ssh, "machine", "v1")
	d.Birth = "born"
	return d
}

// built is an image as its n-th build left it.
func built(name string, n int) image.Artifact {
	path := fmt.Sprintf("/nix/store/%s-%d", name, n)
	return image.Artifact{Name: name, Path: path + "/nixos.qcow2", StorePath: path, Identity: path, Format: "qcow2", VirtualSize: 4 << 30}
}

// settled is what exists when the guests of d are up and ready, as declared.
func settled(d Desired) Observed {
	o := Observed{
		Pool:     emptyPool(),
		Networks: map[string]ObservedNetwork{}, Guests: map[string]ObservedGuest{}, Taken: map[string]string{},
	}
	o.Pools = map[string]storage.Pool{o.Pool.Name: o.Pool}
	for name, n := range d.Networks {
		if ownNetwork(n) {
			o.Networks[config.NetworkName(d.Project, name)] = networkOf(d, name)
		}
	}
	for _, spec := range d.Declared {
		o.Guests[spec.Name] = guestOf(d, o, spec)
	}
	return o
}

func emptyPool() storage.Pool {
	const path = "/var/lib/libvirt/images/vmprov"
	return storage.Pool{Name: DefaultPool, UUID: config.PoolUUID(path), Path: path, Active: true, Volumes: map[string]bool{}}
}

func networkOf(d Desired, name string) ObservedNetwork {
	b := newBuilder(d, Observed{})
	subnet := netip.MustParsePrefix(d.Networks[name].IPv4)
	a, err := allocate(subnet, netip.Prefix{}, nil, b.wanted(name))
	if err != nil {
		panic(err)
	}
	return ObservedNetwork{
		Network: network.Network{Name: config.NetworkName(d.Project, name), Mode: network.NAT, Domain: d.Project, Subnet: subnet, Hosts: a.hosts, Active: true},
		Mark:    NetworkMark{Project: d.Project, Network: name, Origin: d.Origin}, Marked: true,
	}
}

// guestOf is a guest that runs, its volumes put into the pool.
func guestOf(d Desired, o Observed, spec config.Guest) ObservedGuest {
	b := newBuilder(d, Observed{})
	b.pool, b.ours = o.Pool, true
	s := b.sequence(spec)
	base, _ := d.base(spec)
	m := s.newMark(base)
	m.Intent, m.Fingerprint = IntentNone, Fingerprint{LibVersion: testLibVersion, Sum: "as defined", Definition: packDefinition(defined)}
	for _, v := range m.Volumes {
		o.Pool.Volumes[v.Name] = true
	}
	live := m
	live.Ready = true
	g := ObservedGuest{Domain: s.domain, UUID: s.uuid, Mark: m, Live: &live, State: "running", Active: true, XML: defined, Sum: "as defined"}
	g.Root.Path = o.Pool.Volume(s.rootVolume(1))
	return g
}

// with changes one observed guest.
func (o Observed) with(name string, change func(*ObservedGuest)) Observed {
	g := o.Guests[name]
	change(&g)
	o.Guests = maps.Clone(o.Guests)
	o.Guests[name] = g
	return o
}

// without is what exists without a guest: no domain and no volumes.
func (o Observed) without(name string) Observed {
	for _, v := range o.Guests[name].Mark.Volumes {
		delete(o.Pool.Volumes, v.Name)
	}
	o.Guests = maps.Clone(o.Guests)
	delete(o.Guests, name)
	return o
}

// off is a guest that does not run.
func off(g *ObservedGuest) { g.Active, g.State, g.Live = false, "shut off", nil }

// edited is a guest whose memory was changed by hand.
func edited(g *ObservedGuest) {
	g.XML, g.Sum = strings.Replace(defined, "1048576", "2097152", 1), "edited"
}

// stoppedByUser is a guest after vmprov stop.
func stoppedByUser(g *ObservedGuest) {
	off(g)
	g.Mark.Wanted = WantedStopped
}

// open is a guest whose change was begun.
func open(intent Intent) func(*ObservedGuest) {
	return func(g *ObservedGuest) { g.Mark.Intent = intent }
}

// explain is a plan for a reader, with what every mark in it says.
func explain(p *Plan, d Desired) string {
	var b strings.Builder
	for _, line := range strings.SplitAfter(p.String(), "\n") {
		b.WriteString(line)
		var id int
		if n, _ := fmt.Sscanf(line, "[%d]", &id); n == 1 {
			if m, ok := markIn(p.Actions[id-1].Op); ok {
				fmt.Fprintf(&b, "      %s\n", describeMark(m, d))
			}
		}
	}
	return b.String()
}

func markIn(op Op) (Mark, bool) {
	switch op := op.(type) {
	case setMark:
		return op.mark, true
	case commitMark:
		return op.mark, true
	case liveStep:
		return op.mark, true
	case defineDomain:
		m, ok, err := markOf(op.xml)
		return m, ok && err == nil
	}
	return Mark{}, false
}

func describeMark(m Mark, d Desired) string {
	words := []string{"open: " + string(m.Intent)}
	if m.Intent == IntentNone {
		words = []string{"closed"}
	}
	words = append(words, string(m.Wanted), fmt.Sprintf("root %d on %s", m.Generation, m.Base.StorePath))
	if m.Highest > m.Generation {
		words = append(words, fmt.Sprintf("%d given up", m.Highest))
	}
	if m.Previous != 0 {
		words = append(words, fmt.Sprintf("before %d on %s", m.Previous, m.PreviousBase.StorePath))
	}
	var owned []string
	for _, v := range m.Volumes {
		name := strings.TrimPrefix(v.Name, config.DomainName(m.Project, m.Guest)+".")
		if v.Base != nil {
			name += " on " + v.Base.StorePath
		}
		owned = append(owned, name)
	}
	words = append(words, "owns "+strings.Join(owned, " "))
	applied, _ := m.Spec()
	for _, spec := range d.Declared {
		if spec.Name != m.Guest {
			continue
		}
		for _, c := range config.Compare(applied, spec) {
			words = append(words, "lacks "+c.Path)
		}
	}
	for _, key := range d.SSH.Authorized {
		if !slices.Contains(m.Keys, key) {
			words = append(words, "lacks "+key)
		}
	}
	if m.Origin != d.Origin {
		words = append(words, "of another origin")
	}
	return strings.Join(words, "; ")
}

// all selects every guest that is declared, as a command without names does.
func all(d Desired) UpOptions { return UpOptions{Selected: d.Declared} }

// named selects the named guests alone.
func named(d Desired, names ...string) UpOptions {
	o := UpOptions{Named: map[string]bool{}}
	for _, g := range d.Declared {
		if slices.Contains(names, g.Name) {
			o.Selected = append(o.Selected, g)
			o.Named[g.Name] = true
		}
	}
	return o
}
