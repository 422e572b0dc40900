// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/sync/errgroup"
	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/domain"
	"vmprov/internal/config"
	"vmprov/internal/virt"
	"vmprov/network"
	"vmprov/storage"
)

// Observed is what exists, as far as it concerns one project.
type Observed struct {
	// Pool is the one that the configuration means, Pools are by name that one
	// and those that guests are in.
	Pool  storage.Pool
	Pools map[string]storage.Pool
	// Networks are all of the host's networks by libvirt name, with the marks
	// of those that vmprov made.
	Networks map[string]ObservedNetwork
	// Routes are the subnets that the host routes; nil where they cannot be seen.
	Routes []netip.Prefix
	// Guests are the marked guests of the project by their name in the mark.
	Guests map[string]ObservedGuest
	// Taken are domains without a mark of the project, by name and by UUID.
	Taken map[string]string
	// Unfit are guests that preflight stops, with the reason.
	Unfit map[string]error
	// Bootless are guests that could not boot what is declared, with the reason.
	Bootless map[string]error
	// Folders are those that shares are missing and that are made for them, by guest.
	Folders map[string][]Folder
	// Broken are domains of the project's names whose mark cannot be read.
	Broken []string
}

// ObservedNetwork is a network and whose it is.
type ObservedNetwork struct {
	network.Network
	Mark   NetworkMark
	Marked bool
}

// ObservedGuest is a marked domain.
type ObservedGuest struct {
	Domain, UUID string
	Mark         Mark
	// Live is the running domain's mark; nil when it does not run.
	Live *Mark
	// State is libvirt's word: running, paused, shut off, crashed.
	State string
	// Active says that QEMU runs.
	Active bool
	// Transient says that it runs and has no persistent definition any more.
	Transient bool
	// NoCGroup says that libvirt keeps the running guest in no control group, as
	// in a container: see domain.HasCGroup.
	NoCGroup bool
	// XML is the persistent definition without its metadata, Sum its fingerprint.
	XML, Sum string
	// Root is the overlay that the persistent definition names, with its base.
	Root domain.RootDisk
}

// Observe reads what exists: list calls, and at most two XML calls per guest
// of the project, side by side.
func Observe(ctx context.Context, c *virt.Client, project, poolName, poolPath string) (Observed, error) {
	o := Observed{Networks: map[string]ObservedNetwork{}, Guests: map[string]ObservedGuest{}, Taken: map[string]string{}}
	// The group's context ends with the group: what comes after uses ctx.
	g, looking := errgroup.WithContext(ctx)
	g.Go(func() error {
		return c.Do(looking, func(conn *libvirt.Connect) error { return o.observeDomains(looking, conn, project) })
	})
	g.Go(func() error {
		return c.Do(looking, func(conn *libvirt.Connect) (err error) {
			o.Pool, err = storage.Find(looking, conn, poolName, poolPath)
			return err
		})
	})
	g.Go(func() error { return c.Do(looking, o.observeNetworks) })
	if err := g.Wait(); err != nil {
		return Observed{}, fmt.Errorf("look at %s: %w", c.URI(), err)
	}
	o.Pools = map[string]storage.Pool{o.Pool.Name: o.Pool}
	for _, guest := range o.Guests {
		if err := o.observePool(ctx, c, guest.Mark.Pool); err != nil {
			return Observed{}, fmt.Errorf("look at %s: %w", c.URI(), err)
		}
	}
	return o, nil
}

// ObserveOwnPools also reads every pool that vmprov made on the host. A command
// that was killed before its first guest leaves a pool that no mark names.
func (o *Observed) ObserveOwnPools(ctx context.Context, c *virt.Client) error {
	var all []storage.Pool
	err := c.Do(ctx, func(conn *libvirt.Connect) (err error) {
		all, err = storage.List(conn)
		return err
	})
	if err != nil {
		return fmt.Errorf("look at %s: %w", c.URI(), err)
	}
	for _, pool := range all {
		if !ownPool(pool) {
			continue
		}
		if err := o.observePool(ctx, c, pool.Name); err != nil {
			return fmt.Errorf("look at %s: %w", c.URI(), err)
		}
	}
	return nil
}

// observePool reads a pool that a guest is in and the configuration does not mean.
func (o *Observed) observePool(ctx context.Context, c *virt.Client, name string) error {
	if _, known := o.Pools[name]; known {
		return nil
	}
	return c.Do(ctx, func(conn *libvirt.Connect) error {
		pool, err := storage.Find(ctx, conn, name, "")
		o.Pools[name] = pool
		return err
	})
}

func (o *Observed) observeNetworks(conn *libvirt.Connect) error {
	networks, err := network.List(conn)
	if err != nil {
		return err
	}
	for _, n := range networks {
		mark, ok := decodeNetworkMark(n.Metadata)
		o.Networks[n.Name] = ObservedNetwork{Network: n, Mark: mark, Marked: ok}
	}
	return nil
}

// ObserveMarks looks at the marks of a project's guests and at nothing else:
// one list call and one call a guest. Nothing but Guests' marks and Broken is
// filled in.
func ObserveMarks(ctx context.Context, c *virt.Client, project string) (Observed, error) {
	o := Observed{Guests: map[string]ObservedGuest{}}
	err := c.Do(ctx, func(conn *libvirt.Connect) error {
		all, err := conn.ListAllDomains(0)
		if err != nil {
			return fmt.Errorf("list domains: %w", err)
		}
		defer freeDomains(all)
		found, broken := make([]Mark, len(all)), make([]string, len(all))
		var g errgroup.Group
		g.SetLimit(looksAtOnce)
		for i := range all {
			g.Go(func() (err error) {
				found[i], broken[i], err = readMark(&all[i], project)
				return err
			})
		}
		err = g.Wait()
		for i, mark := range found {
			if mark.Guest != "" {
				o.Guests[mark.Guest] = ObservedGuest{Mark: mark}
			}
			if broken[i] != "" {
				o.Broken = append(o.Broken, broken[i])
			}
		}
		return err
	})
	if err != nil {
		return Observed{}, fmt.Errorf("look at %s: %w", c.URI(), err)
	}
	return o, nil
}

// readMark reads one domain's mark; it is empty where that is not one of the project's.
func readMark(dom *libvirt.Domain, project string) (_ Mark, broken string, err error) {
	name, err := dom.GetName()
	if err != nil || !strings.HasPrefix(name, config.DomainName(project, "")) {
		return Mark{}, "", err
	}
	text, err := domain.InactiveXML(dom)
	if virt.IsNotFound(err) {
		return Mark{}, "", nil // went away meanwhile
	}
	if err != nil {
		return Mark{}, "", err
	}
	mark, ok, err := markOf(text)
	switch {
	case err != nil:
		return Mark{}, brokenMark(name, err), nil
	case !ok || mark.Project != project || config.DomainName(project, mark.Guest) != name:
		return Mark{}, "", nil
	}
	return mark, "", nil
}

// brokenMark says that a domain of the project's names has a mark that cannot be read.
func brokenMark(name string, err error) string { return fmt.Sprintf("domain `%s`: %v", name, err) }

func freeDomains(all []libvirt.Domain) {
	for i := range all {
		_ = all[i].Free()
	}
}

// looksAtOnce is how many domains are read side by side. All of them are of the
// connection that listed them, which has five requests in flight at most.
const looksAtOnce = 4

func (o *Observed) observeDomains(ctx context.Context, conn *libvirt.Connect, project string) error {
	all, err := conn.ListAllDomains(0)
	if err != nil {
		return fmt.Errorf("list domains: %w", err)
	}
	defer freeDomains(all)
	ours := make([]*libvirt.Domain, 0, len(all))
	for i := range all {
		name, err := all[i].GetName()
		if err != nil {
			return err
		}
		uuid, err := all[i].GetUUIDString()
		if err != nil {
			return err
		}
		o.Taken[name], o.Taken[uuid] = name, name
		// A guest's domain is always called PROJECT-GUEST: no other one can
		// carry the project's mark.
		if strings.HasPrefix(name, config.DomainName(project, "")) {
			ours = append(ours, &all[i])
		}
	}
	states, err := oddStates(conn)
	if err != nil {
		return err
	}
	undefined, err := transients(conn)
	if err != nil {
		return err
	}
	found := make([]*ObservedGuest, len(ours))
	broken := make([]string, len(ours))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(looksAtOnce)
	for i, dom := range ours {
		g.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			found[i], broken[i], err = observeGuest(dom, project)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, guest := range found {
		if broken[i] != "" {
			o.Broken = append(o.Broken, broken[i])
		}
		if guest == nil {
			continue
		}
		if state, ok := states[guest.UUID]; ok {
			guest.State = state
		}
		if undefined[guest.UUID] {
			// Its only mark is the live one; a boot begins unready.
			guest.Transient, guest.Mark.Ready, guest.Mark.Kernel = true, false, ""
		}
		o.Guests[guest.Mark.Guest] = *guest
		delete(o.Taken, guest.Domain)
		delete(o.Taken, guest.UUID)
	}
	return nil
}

// observeGuest reads one domain; nil when it carries no mark of the project.
func observeGuest(dom *libvirt.Domain, project string) (_ *ObservedGuest, broken string, err error) {
	text, err := domain.InactiveXML(dom)
	if virt.IsNotFound(err) {
		return nil, "", nil // went away meanwhile
	}
	if err != nil {
		return nil, "", err
	}
	name, err := dom.GetName()
	if err != nil {
		return nil, "", err
	}
	mark, ok, err := markOf(text)
	if err != nil {
		return nil, brokenMark(name, err), nil
	}
	if !ok || mark.Project != project || config.DomainName(project, mark.Guest) != name {
		return nil, "", nil
	}
	g := &ObservedGuest{Domain: name, Mark: mark, State: "shut off"}
	if g.UUID, err = dom.GetUUIDString(); err != nil {
		return nil, "", err
	}
	g.XML = withoutMetadata(text)
	if g.Sum, err = domain.Fingerprint(text); err != nil {
		return nil, "", err
	}
	if g.Root, err = domain.ReadRoot(text); err != nil {
		return nil, "", err
	}
	// The list call gave the id: this asks nobody.
	if _, err := dom.GetID(); err == nil {
		g.observeLive(dom)
	}
	return g, "", nil
}

// observeLive reads the running domain; one that stopped meanwhile is stopped.
func (g *ObservedGuest) observeLive(dom *libvirt.Domain) {
	text, err := dom.GetXMLDesc(0)
	if err != nil {
		return
	}
	g.Active, g.State = true, "running"
	if mark, ok, err := markOf(text); err == nil && ok {
		g.Live = &mark
	}
	// Only a guest whose memory is shared can be given a share.
	g.NoCGroup = strings.Contains(text, "<access mode='shared'/>") && !domain.HasCGroup(dom)
}

func markOf(domainXML string) (Mark, bool, error) {
	var d struct {
		Metadata *libvirtxml.DomainMetadata `xml:"metadata"`
	}
	if err := unmarshal(domainXML, &d); err != nil {
		return Mark{}, false, err
	}
	if d.Metadata == nil {
		return Mark{}, false, nil
	}
	return DecodeMark(d.Metadata.XML)
}

// oddStates reads the states of domains that are neither plainly running nor
// shut off, by UUID. One list call gives these few: the call for the states of
// many domains (GetAllDomainStats) makes the binding ask for each domain's CPUs.
func oddStates(conn *libvirt.Connect) (map[string]string, error) {
	odd, err := conn.ListAllDomains(libvirt.CONNECT_LIST_DOMAINS_PAUSED | libvirt.CONNECT_LIST_DOMAINS_OTHER)
	if err != nil {
		return nil, fmt.Errorf("list domains that are paused or otherwise halted: %w", err)
	}
	states := map[string]string{}
	for i := range odd {
		state, reason, stateErr := odd[i].GetState()
		uuid, uuidErr := odd[i].GetUUIDString()
		_ = odd[i].Free()
		// One that went meanwhile is seen as gone where its XML is read.
		if stateErr == nil && uuidErr == nil {
			states[uuid] = stateWord(state, reason)
		}
	}
	return states, nil
}

// transients are the UUIDs of domains that run and were undefined meanwhile.
func transients(conn *libvirt.Connect) (map[string]bool, error) {
	all, err := conn.ListAllDomains(libvirt.CONNECT_LIST_DOMAINS_TRANSIENT)
	if err != nil {
		return nil, fmt.Errorf("list domains without a definition: %w", err)
	}
	defer freeDomains(all)
	found := map[string]bool{}
	for i := range all {
		uuid, err := all[i].GetUUIDString()
		if err != nil {
			return nil, err
		}
		found[uuid] = true
	}
	return found, nil
}

func stateWord(s libvirt.DomainState, reason int) string {
	switch s {
	case libvirt.DOMAIN_RUNNING, libvirt.DOMAIN_BLOCKED:
		return "running"
	case libvirt.DOMAIN_PAUSED:
		if libvirt.DomainPausedReason(reason) == libvirt.DOMAIN_PAUSED_STARTING_UP {
			return "running" // in a moment: QEMU begins paused
		}
		return "paused"
	case libvirt.DOMAIN_SHUTDOWN:
		return "shutting down"
	case libvirt.DOMAIN_CRASHED:
		return "crashed"
	case libvirt.DOMAIN_PMSUSPENDED:
		return "suspended"
	default:
		return "shut off"
	}
}
