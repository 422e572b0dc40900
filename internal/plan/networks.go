// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"vmprov/internal/config"
	"vmprov/network"
)

// plannedNetwork is a network as the plan leaves it.
type plannedNetwork struct {
	id      ID // the last action on it; 0 when there is none
	defined ID // the action that defines it; 0 when it is there
	err     error
	// refused are NICs whose address cannot be had, by MAC.
	refused map[string]error
	address map[string]netip.Addr // IPv4, by MAC
	added   map[string]ID         // by guest: the action that adds its addresses
	moves   map[string]move       // by guest
	name    string                // of libvirt
	subnet6 netip.Prefix
}

// move is what becomes of a guest's addresses when it starts next: one that it
// runs with is not taken from it.
type move struct{ remove, add reservation }

// resolveNetworks plans the project's own networks that the given guests use,
// with a reservation for every guest of the file.
func (b *builder) resolveNetworks(guests []config.Guest) {
	used := map[string]bool{}
	for _, g := range guests {
		for _, nic := range g.Networks {
			used[nic.Network] = true
		}
	}
	for _, name := range sortedKeys(used) {
		switch n, ok := b.d.Networks[name]; {
		case ok && ownNetwork(n):
			b.networks[name] = b.resolveNetwork(name, n, guests)
		case ok && n.Mode == config.NetworkExisting:
			b.networks[name] = plannedNetwork{err: usable(b.o, n.Network)}
		}
	}
}

// usable says why guests cannot be put on a network that is not vmprov's.
func usable(o Observed, name string) error {
	switch have, exists := o.Networks[name]; {
	case !exists:
		return fmt.Errorf("network `%s` does not exist (`virsh net-list --all` shows those that do)", name)
	case !have.Active:
		return fmt.Errorf("network `%s` is not active (start it: virsh net-start %s)", name, name)
	}
	return nil
}

func (b *builder) resolveNetwork(name string, want config.Network, guests []config.Guest) plannedNetwork {
	libvirtName := config.NetworkName(b.d.Project, name)
	have, exists := b.o.Networks[libvirtName]
	if exists && (!have.Marked || have.Mark.Project != b.d.Project || have.Mark.Network != name) {
		return plannedNetwork{err: fmt.Errorf("network `%s` exists and is not this project's (rename the network or the project)", libvirtName)}
	}
	if exists {
		return b.keepNetwork(name, want, have, guests)
	}
	made, err := b.makeNetwork(name, libvirtName, want)
	if err != nil {
		return plannedNetwork{err: fmt.Errorf("network `%s`: %w", name, err)}
	}
	return made
}

// makeNetwork plans a network that is not there.
func (b *builder) makeNetwork(name, libvirtName string, want config.Network) (plannedNetwork, error) {
	def, err := b.definition(name, want)
	if err != nil {
		return plannedNetwork{}, err
	}
	wanted := b.wanted(name)
	a, err := allocate(def.Subnet, def.Subnet6, nil, wanted)
	if err != nil {
		return plannedNetwork{}, err
	}
	def.Hosts, def.Names, def.Fixed6 = a.hosts, a.names, a.fixed6
	text, err := def.XML()
	if err != nil {
		return plannedNetwork{}, err
	}
	// One after the other: of two that are defined at once libvirt may give both
	// the same free name for their bridge.
	define := b.add("", defineNetwork{libvirtName, text},
		fmt.Sprintf("not there yet, %s with %s", describeSubnets(def.Network), reservations(len(wanted))), b.lastDefined)
	b.lastDefined = define
	start := b.add("", startNetwork{libvirtName}, "not active", define)
	return plannedNetwork{
		id: start, defined: define, name: libvirtName, subnet6: def.Subnet6, refused: a.refused, address: addresses(a.hosts),
	}, nil
}

// describeSubnets names what a network has of them.
func describeSubnets(n network.Network) string {
	var words []string
	for _, subnet := range []netip.Prefix{n.Subnet, n.Subnet6} {
		if subnet.IsValid() {
			words = append(words, subnet.String())
		}
	}
	if len(words) == 0 {
		return "no subnet"
	}
	return strings.Join(words, " and ")
}

// definition is a network as the file declares it, without addresses.
func (b *builder) definition(name string, want config.Network) (ObservedNetwork, error) {
	subnet, err := b.chooseSubnet(want)
	if err != nil {
		return ObservedNetwork{}, err
	}
	subnet6, err := b.subnet6(want)
	if err != nil {
		return ObservedNetwork{}, err
	}
	return ObservedNetwork{Network: network.Network{
		Name: config.NetworkName(b.d.Project, name), UUID: config.NetworkUUID(b.d.Project, name), Mode: forwardMode(want),
		Dev: want.Dev, Domain: b.dnsDomain(want), MTU: want.MTU, Subnet: subnet, Subnet6: subnet6,
		Metadata: NetworkMark{Version: b.d.Version, Project: b.d.Project, Network: name, Origin: b.d.Origin}.Encode(),
	}}, nil
}

// forwardMode is libvirt's word for a mode of a network that vmprov makes.
func forwardMode(n config.Network) string {
	switch n.Mode {
	case config.NetworkNAT:
		return network.NAT
	case config.NetworkRoute:
		return network.Route
	default:
		return ""
	}
}

func (b *builder) dnsDomain(n config.Network) string { return cmp.Or(n.Domain, b.d.Project) }

// keepNetwork uses a network that is there: an address once given is kept until
// its guest starts anew.
func (b *builder) keepNetwork(name string, want config.Network, have ObservedNetwork, guests []config.Guest) plannedNetwork {
	if err := b.keepable(name, want, have); err != nil {
		// Guests that need nothing done are not blocked by it: it is said here.
		b.note("%v", err)
		return plannedNetwork{err: err}
	}
	wanted := b.wanted(name)
	stale := b.stale(have, wanted)
	held := slices.DeleteFunc(slices.Clone(have.Hosts), func(h network.Host) bool { return slices.Contains(stale.hosts, h) })
	a, err := allocate(have.Subnet, have.Subnet6, held, wanted)
	if err != nil {
		return plannedNetwork{err: fmt.Errorf("network `%s`: %w", name, err)}
	}
	n := plannedNetwork{
		name: have.Name, subnet6: have.Subnet6, refused: a.refused, address: addresses(a.hosts),
		added: map[string]ID{}, moves: map[string]move{},
	}
	fresh := b.compareAddresses(&n, have, wanted, a, stale)
	n.id = b.fix6(have, a.fixed6)
	if have.Active {
		b.addEach(&n, fresh, guests)
		return n
	}
	if all := merge(fresh, b.d.Declared); !all.empty() {
		n.id = b.add("", addHosts{have.Name, all}, "new guests", n.id)
	}
	n.id = b.add("", startNetwork{have.Name}, "not active", n.id)
	return n
}

// fix6 rewrites the definition where it has other IPv6 reservations.
func (b *builder) fix6(have ObservedNetwork, want []network.Host) ID {
	isAlike := func(a, b network.Host) bool { return a.MAC == b.MAC && a.Address == b.Address }
	if slices.EqualFunc(have.Fixed6, want, isAlike) {
		return 0
	}
	text, err := have.WithFixed6(want)
	if err != nil {
		b.note("network `%s`: %v", have.Name, err)
		return 0
	}
	if have.Active {
		b.note("network `%s` serves its changed fixed IPv6 addresses once it was started anew", have.Name)
	}
	return b.add("", defineNetwork{have.Name, text}, "fixed IPv6 addresses changed")
}

// addEach adds the addresses of each guest by itself to a network that runs:
// it takes libvirt long, so that no guest waits for those of another.
func (b *builder) addEach(n *plannedNetwork, fresh map[string]reservation, guests []config.Guest) {
	for _, g := range guests {
		if r := fresh[g.Name]; !r.empty() {
			n.added[g.Name] = b.add("", addHosts{n.name, r}, "new guest `"+g.Name+"`", n.id)
		}
	}
}

// compareAddresses finds what is to be added now, by guest, and what moves when
// a guest starts next. Until then its address is the one that it has.
func (b *builder) compareAddresses(n *plannedNetwork, have ObservedNetwork, wanted []wantedNIC, a allocation, stale reservation) map[string]reservation {
	fresh := map[string]reservation{}
	for _, w := range wanted {
		mine := b.staleOf(stale, w.guest)
		m, begun := n.moves[w.guest]
		if !begun {
			m.remove = mine
		}
		if host, ok := find(a.hosts, func(h network.Host) bool { return h.MAC == w.mac }); ok && !slices.Contains(have.Hosts, host) {
			before, known := find(have.Hosts, func(h network.Host) bool { return h.MAC == w.mac })
			switch {
			case known:
				m.remove.hosts = append(m.remove.hosts, before)
				m.add.hosts = append(m.add.hosts, host)
				n.address[w.mac] = before.Address
			case !mine.empty():
				m.add.hosts = append(m.add.hosts, host)
			default:
				r := fresh[w.guest]
				r.hosts = append(r.hosts, host)
				fresh[w.guest] = r
			}
		}
		if name, ok := find(a.names, func(n network.Name) bool { return n.Name == w.guest && w.first }); ok && !slices.Contains(have.Names, name) {
			if _, known := find(have.Names, func(n network.Name) bool { return n.Name == w.guest }); known {
				m.add.names = append(m.add.names, name)
			} else {
				r := fresh[w.guest]
				r.names = append(r.names, name)
				fresh[w.guest] = r
			}
		}
		if !m.remove.empty() || !m.add.empty() {
			n.moves[w.guest] = m
		}
	}
	return fresh
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}

// stale are the reservations of declared guests for NICs that they no longer have.
func (b *builder) stale(have ObservedNetwork, wanted []wantedNIC) reservation {
	var out reservation
	for _, h := range have.Hosts {
		isWanted := slices.ContainsFunc(wanted, func(w wantedNIC) bool { return w.mac == h.MAC })
		isOurs := slices.ContainsFunc(b.d.Declared, func(g config.Guest) bool { return b.holds(g.Name, h) })
		if !isWanted && isOurs {
			out.hosts = append(out.hosts, h)
		}
	}
	return out
}

// staleOf are those of one guest.
func (b *builder) staleOf(stale reservation, guest string) reservation {
	return reservation{hosts: slices.DeleteFunc(slices.Clone(stale.hosts), func(h network.Host) bool { return !b.holds(guest, h) })}
}

// holds says that a reservation is a guest's: it has its name, or the MAC of a
// NIC that the guest has or had.
func (b *builder) holds(guest string, h network.Host) bool {
	if h.Name != "" {
		return h.Name == guest
	}
	spec, err := b.o.Guests[guest].Mark.Spec()
	return err == nil && slices.Contains(spec.HardwareAddresses(b.d.Project), h.MAC)
}

// keepable says why a network that is there cannot be what the file wants.
func (b *builder) keepable(name string, want config.Network, have ObservedNetwork) error {
	if subnet, err := netip.ParsePrefix(want.IPv4); err == nil && subnet != have.Subnet {
		return fmt.Errorf("network `%s` has subnet %s, the file wants %s (a subnet changes with `vmprov destroy` and `vmprov up`)", name, have.Subnet, subnet)
	}
	mode := cmp.Or(have.Mode, string(config.NetworkIsolated))
	if mode != string(want.Mode) {
		return fmt.Errorf("network `%s` cannot become %s while it exists (`vmprov destroy` and `vmprov up` make it anew)", name, want.Mode)
	}
	subnet6, _ := netip.ParsePrefix(want.IPv6)
	hasIPv4 := want.IPv4 != none
	for _, field := range []struct{ key, have, want string }{
		{"ipv4", said(have.Subnet.IsValid()), said(hasIPv4)},
		{"ipv6", prefixText(have.Subnet6), prefixText(subnet6)},
		{"domain", have.Domain, b.dnsDomain(want)},
		{"mtu", fmt.Sprint(have.MTU), fmt.Sprint(want.MTU)},
		{"dev", have.Dev, want.Dev},
	} {
		if field.have != field.want {
			return fmt.Errorf("network `%s` has %s %s, the file wants %s (it changes with `vmprov destroy` and `vmprov up`)",
				name, field.key, cmp.Or(field.have, none), cmp.Or(field.want, none))
		}
	}
	return nil
}

// none is the word for no subnet.
const none = "none"

func said(there bool) string {
	if there {
		return "one"
	}
	return none
}

func prefixText(p netip.Prefix) string {
	if !p.IsValid() {
		return none
	}
	return p.String()
}

func (b *builder) chooseSubnet(want config.Network) (netip.Prefix, error) {
	if want.IPv4 == none {
		return netip.Prefix{}, nil
	}
	if want.IPv4 != "" {
		return b.freeOf(want.IPv4, "choose another `ipv4`, or leave it out for a free one")
	}
	used := b.inUse()
	for _, other := range b.d.Networks {
		if subnet, err := netip.ParsePrefix(other.IPv4); err == nil {
			used = append(used, subnet)
		}
	}
	subnet, err := network.FreeSubnet(used)
	if err == nil {
		// The next network of this plan must not choose it again.
		b.o.Routes = append(slices.Clone(b.o.Routes), subnet)
	}
	return subnet, err
}

func (b *builder) subnet6(want config.Network) (netip.Prefix, error) {
	if want.IPv6 == "" || want.IPv6 == none {
		return netip.Prefix{}, nil
	}
	return b.freeOf(want.IPv6, "choose another `ipv6`")
}

// inUse are the subnets that the host routes and those of its networks.
func (b *builder) inUse() []netip.Prefix {
	used := slices.Clone(b.o.Routes)
	for _, name := range sortedKeys(b.o.Networks) {
		for _, subnet := range []netip.Prefix{b.o.Networks[name].Subnet, b.o.Networks[name].Subnet6} {
			if subnet.IsValid() {
				used = append(used, subnet)
			}
		}
	}
	return used
}

// freeOf is a declared subnet, if nothing else has it.
func (b *builder) freeOf(text, advice string) (netip.Prefix, error) {
	subnet, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	other, clash := network.Clash(subnet, b.inUse())
	if !clash {
		return subnet, nil
	}
	for _, name := range sortedKeys(b.o.Networks) {
		if n := b.o.Networks[name]; n.Subnet == other || n.Subnet6 == other {
			return netip.Prefix{}, fmt.Errorf("subnet %s overlaps %s of libvirt network `%s` (%s)", subnet, other, name, advice)
		}
	}
	return netip.Prefix{}, fmt.Errorf("subnet %s overlaps %s, which this host routes (%s)", subnet, other, advice)
}

// networkStops gathers why a guest cannot be on its networks.
func (s *sequence) networkStops() error {
	var errs []error
	for _, nic := range s.spec.Networks {
		n := s.networks[nic.Network]
		errs = append(errs, n.err)
		if err := n.refused[nic.HardwareAddress(s.d.Project, s.spec.Name)]; err != nil {
			errs = append(errs, fmt.Errorf("network `%s`: %w", nic.Network, err))
		}
	}
	return errors.Join(errs...)
}

// networkActions are what a guest's start needs of its networks.
func (b *builder) networkActions(g config.Guest) []ID {
	var ids []ID
	for _, nic := range g.Networks {
		n := b.networks[nic.Network]
		ids = append(ids, n.id, n.added[g.Name])
	}
	return ids
}

// moveAddresses gives the guest, which is off, the addresses that its file says now.
func (s *sequence) moveAddresses() {
	done := map[string]bool{}
	for _, nic := range s.spec.Networks {
		n := s.networks[nic.Network]
		m, moves := n.moves[s.spec.Name]
		if !moves || done[n.name] || s.gp.Blocked != nil {
			continue
		}
		done[n.name] = true
		s.then(moveHosts{n.name, m}, "its addresses changed")
		for _, host := range m.add.hosts {
			n.address[strings.ToLower(host.MAC)] = host.Address
		}
	}
	s.gp.Address = s.reach(s.spec).String()
}
