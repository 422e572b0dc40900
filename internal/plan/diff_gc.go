// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"vmprov/internal/config"
	"vmprov/internal/state"
	"vmprov/storage"
)

// GCOptions are what a garbage collection may delete.
type GCOptions struct {
	// Disks deletes data disks and the state of TPMs too, where no guest has them.
	Disks bool
}

// Garbage is one thing that nothing refers to.
type Garbage struct {
	// Kind in a word or two, Name of a volume or path of a file, Guest that it was of.
	Kind, Name, Guest string
	// Pool that a volume is in.
	Pool string
	// Bytes that it takes. Of a GC root: those of the store path, which nix may
	// collect once the root is gone.
	Bytes uint64
	// Root says that it is a GC root.
	Root bool
	// Kept is why it is not deleted; empty for what is.
	Kept string
	// Action deletes it; 0 for what is kept.
	Action ID
}

// DiffGC plans to delete what is named as this project's and that nothing
// refers to. What a mark lists is never garbage: an open intent needs it, or the
// guest does.
func DiffGC(d Desired, o Observed, l Leftovers, opts GCOptions) (*Plan, []Garbage, error) {
	if d.Origin.Path != "" {
		if err := checkOrigin(d, o, "choose another project name, or name the project itself with `vmprov gc --project "+d.Project+"`"); err != nil {
			return nil, nil, err
		}
	}
	c := &collector{builder: newBuilder(d, o), l: l, opts: opts}
	for _, dom := range l.Domains {
		if dom.Broken && strings.HasPrefix(dom.Name, config.DomainName(d.Project, "")) {
			c.broken = true
			c.note("domain `%s` has a mark that cannot be read: what could be its is kept", dom.Name)
		}
	}
	c.volumes()
	c.emptyPools()
	for i := range l.States {
		c.state(l.States[i])
	}
	c.views()
	c.files()
	return c.plan, c.found, nil
}

// collector gathers garbage and the actions that delete it.
type collector struct {
	*builder
	l    Leftovers
	opts GCOptions
	// broken says that a guest of the project has a mark that cannot be read:
	// what it names without saying so in its definition is not known.
	broken bool
	found  []Garbage
}

// delete plans to delete a thing, unless it is kept.
func (c *collector) delete(g Garbage, op Op, needs ...ID) ID {
	if g.Kept == "" {
		g.Action = c.add("", op, c.cause(g), needs...)
	}
	c.found = append(c.found, g)
	return g.Action
}

func (c *collector) cause(g Garbage) string {
	if g.Guest != "" && !c.exists(g.Guest) {
		return fmt.Sprintf("there is no guest `%s`", g.Guest)
	}
	return "nothing refers to it"
}

// named says that a definition, live or not, or a mark holds a text. A text that
// is part of a longer name is taken for it: what is unsure is kept.
func (c *collector) named(text string) bool {
	return slices.ContainsFunc(c.l.Domains, func(d AnyDomain) bool {
		return slices.ContainsFunc(d.Texts, func(t string) bool { return strings.Contains(t, text) })
	})
}

// exists says that there is a domain of a guest's name or UUID, marked or not.
func (c *collector) exists(guest string) bool {
	return slices.ContainsFunc(c.l.Domains, c.isOf(guest))
}

func (c *collector) isOf(guest string) func(AnyDomain) bool {
	name, uuid := config.DomainName(c.d.Project, guest), config.DomainUUID(c.d.Project, guest)
	return func(d AnyDomain) bool { return d.Name == name || d.UUID == uuid }
}

// strange is the name of a domain that is a guest's by its name or UUID and has
// no mark of the project that can be read: what it owns, or owned before it lost
// its mark or its name, is not known. It is empty for none.
func (c *collector) strange(guest string) string {
	if _, marked := c.o.Guests[guest]; marked {
		return ""
	}
	i := slices.IndexFunc(c.l.Domains, c.isOf(guest))
	if i < 0 {
		return ""
	}
	return c.l.Domains[i].Name
}

// volumes finds those of the project's names that no domain names.
func (c *collector) volumes() {
	for _, name := range sortedKeys(c.o.Pools) {
		pool := c.o.Pools[name]
		if pool.Exists() && !pool.Active {
			c.note("pool `%s` is not active: what is in it is not seen", name)
		}
		for _, v := range c.unnamed(pool) {
			guest, kind, _ := volumeOf(c.d.Project, v.Name)
			g := Garbage{Kind: kind, Name: v.Name, Guest: guest, Pool: pool.Name, Bytes: v.Bytes}
			g.Kept = c.keepVolume(pool, v, guest, kind)
			c.delete(g, deleteVolume{pool.Name, v.Name})
		}
	}
}

// unnamed are the volumes of a pool that have names of the project's and that
// nothing refers to: no domain, and no volume that stays.
func (c *collector) unnamed(pool storage.Pool) []storage.Detail {
	var out []storage.Detail
	for _, v := range c.l.Volumes[pool.Name] {
		_, _, ours := volumeOf(c.d.Project, v.Name)
		// What was rotated away goes with the log that it was.
		if ours && !c.named(v.Name) && !c.named(unrotated(v.Name)) && pool.Volumes[v.Name] {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b storage.Detail) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// unrotated is the log that virtlogd rotated NAME.0 away of.
func unrotated(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && strings.Trim(name[dot+1:], "0123456789") == "" && strings.HasSuffix(name[:dot], ".log") {
		return name[:dot]
	}
	return name
}

// keepVolume is why a volume that no domain names stays; empty for no reason.
func (c *collector) keepVolume(pool storage.Pool, v storage.Detail, guest, kind string) string {
	busy := slices.DeleteFunc(OtherProjects(c.d.Project, guest), func(other string) bool { return !c.l.Busy[other] })
	switch {
	case !ownPool(pool):
		return fmt.Sprintf("pool `%s` is not vmprov's", pool.Name)
	case c.strange(guest) != "":
		return fmt.Sprintf("domain `%s` may own it, and has no mark of the project that can be read", c.strange(guest))
	case c.l.Links[v.Path]:
		return "it is a symbolic link"
	case !v.File:
		return "it is no plain file"
	case c.l.Open[v.Path]:
		return "a process has it open"
	case len(busy) > 0:
		return fmt.Sprintf("it may be of project `%s`, which a command works on", busy[0])
	case c.backs(v.Path):
		return "another volume backs on it"
	case c.unread() != "" && (kind == rootVolumeKind || kind == dataVolumeKind):
		return fmt.Sprintf("volume %s may back on it, and cannot be read", c.unread())
	case kind == dataVolumeKind && !c.opts.Disks:
		return "data disks go with --disks only"
	}
	return ""
}

// backs says that a volume of the host has a file as its base.
func (c *collector) backs(path string) bool {
	for _, volumes := range c.l.Volumes {
		if slices.ContainsFunc(volumes, func(v storage.Detail) bool { return v.Backing == path }) {
			return true
		}
	}
	return false
}

// unread is a volume of which is not known what it backs on; empty for none.
func (c *collector) unread() string {
	for _, pool := range sortedKeys(c.l.Volumes) {
		for _, v := range c.l.Volumes[pool] {
			if v.Unread != "" {
				return fmt.Sprintf("`%s` of pool `%s`", v.Name, pool)
			}
		}
	}
	return ""
}

// emptyPools removes vmprov's pools that hold nothing, once what was in them is
// gone. A pool that a guest of the project is in stays for it.
func (c *collector) emptyPools() {
	for _, name := range sortedKeys(c.o.Pools) {
		pool := c.o.Pools[name]
		if !ownPool(pool) || !pool.Active || !c.empties(pool) || c.named(">"+name+"</") {
			continue
		}
		var needs []ID
		for _, g := range c.found {
			needs = append(needs, g.Action)
		}
		c.delete(Garbage{Kind: "pool", Name: name}, removePools{}, needs...)
		return // it removes all that are empty
	}
}

// state finds what a state folder holds for nobody.
func (c *collector) state(s StateLeft) {
	for _, name := range sortedKeys(s.Roots) {
		path := s.Roots[name]
		if c.named(path) {
			continue
		}
		g := Garbage{Kind: "GC root", Name: path, Bytes: s.Sizes[path], Root: true}
		if c.broken {
			g.Kept = "a guest's mark cannot be read"
		}
		c.delete(g, removeRoot{s.Folder, name})
	}
	for _, f := range s.Files {
		if kind, guest := c.stateFile(f); kind != "" {
			c.delete(Garbage{Kind: kind, Name: s.Folder.Path(f.Name), Guest: guest, Bytes: f.Bytes}, removeFile{s.Folder, f.Name})
		}
	}
	for _, guest := range sortedKeys(s.Known) {
		if !c.exists(guest) {
			c.delete(Garbage{Kind: "known host", Name: guest, Guest: guest, Bytes: s.Known[guest]}, forgetHost{s.Folder, c.d.Project, guest})
		}
	}
}

// stateFile is what a file of the state folder is that nobody needs; empty for
// one that is needed, or not known.
func (c *collector) stateFile(f state.File) (kind, guest string) {
	if f.Temporary() {
		return "half-written file", ""
	}
	name := f.Name
	if guest, ok := strings.CutPrefix(name, sshConfigPrefix); ok && config.CheckName(guest) == nil && !c.exists(guest) {
		return "ssh config", guest
	}
	built, isLog := strings.CutPrefix(name, buildLogPrefix)
	built, whole := strings.CutSuffix(built, buildLogSuffix)
	// Without a configuration nobody knows what is built.
	if isLog && whole && c.l.Built != nil && !c.l.Built[built] {
		return "build log", ""
	}
	return "", ""
}

// views finds read-only views that no guest boots from.
func (c *collector) views() {
	for _, mount := range c.l.Views {
		if c.named(mount) {
			continue
		}
		g := Garbage{Kind: "read-only view", Name: mount}
		switch {
		case c.broken:
			g.Kept = "a guest's mark cannot be read"
		case !c.l.Privileged:
			g.Kept = "it takes root to end it"
		}
		c.delete(g, unmountView{mount, filepath.Dir(ViewsFolder)})
	}
}

// files finds what libvirt and QEMU left of domains that are gone.
func (c *collector) files() {
	for _, f := range c.l.Files {
		g := Garbage{Kind: f.Kind, Name: f.Path, Guest: f.Guest, Bytes: f.Bytes}
		switch {
		case f.Kind == socketKind:
			// Nothing is bound to it, whether its guest is off or gone. QEMU's user
			// made it.
			if !c.l.Privileged && !c.d.Host.Session {
				g.Kept = "it takes root to remove it"
			}
			c.delete(g, removeSocket{f.Path})
		case c.exists(f.Guest) || c.named(f.Path):
		case f.Kind == tpmKind:
			if !c.opts.Disks {
				g.Kept = "the state of TPMs goes with --disks only"
			}
			c.delete(g, removeTPM{f.Path})
		default:
			g.Kept = "only its name says that it is the project's"
			c.found = append(c.found, g)
		}
	}
}
