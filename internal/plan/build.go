// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"vmprov/internal/config"
	"vmprov/network"
	"vmprov/storage"
)

// Refusal is a reason to change nothing at all.
type Refusal struct{ Reason, Advice string }

func (e *Refusal) Error() string { return e.Reason }

// Hint is what to do about it.
func (e *Refusal) Hint() string { return e.Advice }

// builder puts a plan together: shared things first, then guest by guest.
type builder struct {
	d    Desired
	o    Observed
	plan *Plan

	pool     storage.Pool
	ours     bool // vmprov made the pool, or makes it
	poolID   ID   // the action that makes it; 0 when it is there
	poolErr  error
	networks map[string]plannedNetwork // by name in the file
	adopted  map[string]ID             // the actions that take guests of another origin over
	demand
}

// demand is what a plan asks of the host, in bytes.
type demand struct {
	memory uint64 // of the guests that it starts
	space  uint64 // of the volumes that it makes
}

// plannedNetwork is one of the project's own networks as the plan leaves it.
type plannedNetwork struct {
	id      ID // the last action on it; 0 when there is none
	defined ID // the action that defines it; 0 when it is there
	err     error
	address map[string]netip.Addr // by MAC
}

func newBuilder(d Desired, o Observed) *builder {
	return &builder{d: d, o: o, plan: &Plan{Project: d.Project}, networks: map[string]plannedNetwork{}, adopted: map[string]ID{}}
}

// add appends an action and gives its id.
func (b *builder) add(guest string, op Op, cause string, needs ...ID) ID {
	needs = slices.DeleteFunc(slices.Clone(needs), func(id ID) bool { return id == 0 })
	slices.Sort(needs)
	id := ID(len(b.plan.Actions) + 1)
	b.plan.Actions = append(b.plan.Actions, Action{ID: id, Guest: guest, Op: op, Cause: cause, Needs: slices.Compact(needs)})
	return id
}

func (b *builder) note(format string, args ...any) {
	b.plan.Notes = append(b.plan.Notes, fmt.Sprintf(format, args...))
}

// Advice where a project comes from another configuration.
const (
	adviceAdopt   = "choose another project name, or take the project over with `vmprov up --adopt`"
	adviceDestroy = "choose another project name, or remove the project whatever it comes from with `vmprov destroy --project %s`"
)

// checkOrigin refuses a project that another configuration made.
func checkOrigin(d Desired, o Observed, advice string) error {
	for _, name := range sortedKeys(o.Guests) {
		mark := o.Guests[name].Mark
		if mark.Origin == d.Origin {
			continue
		}
		return &Refusal{
			Reason: fmt.Sprintf("project `%s`: guest `%s` comes from another configuration, %s on machine %s",
				d.Project, name, mark.Origin.Path, mark.Origin.Machine),
			Advice: advice,
		}
	}
	return nil
}

// takeOver notes in every guest of another origin that this configuration has
// it now, whatever else becomes of the guest.
func (b *builder) takeOver() {
	b.o.Guests = maps.Clone(b.o.Guests)
	for _, name := range sortedKeys(b.o.Guests) {
		g := b.o.Guests[name]
		if g.Mark.Origin == b.d.Origin {
			continue
		}
		cause := fmt.Sprintf("it comes from %s on machine %s", g.Mark.Origin.Path, g.Mark.Origin.Machine)
		g.Mark.Origin = b.d.Origin
		b.adopted[name] = b.add(name, setMark{g.UUID, g.Mark, "take over"}, cause)
		b.o.Guests[name] = g
	}
}

// resolvePool finds the pool that is used, and plans to make it when it is
// vmprov's own and missing.
func (b *builder) resolvePool(needed bool) {
	name, path := b.d.PoolWanted()
	b.pool = b.o.Pool
	own := path != ""
	if b.pool.Exists() {
		b.ours = ownPool(b.pool)
		if !b.pool.Active {
			if b.ours && needed {
				b.poolID = b.add("", makePool{b.pool.Name, b.pool.UUID, b.pool.Path}, "not active")
			} else if !b.ours {
				b.poolErr = inactive(b.pool)
			}
		}
		return
	}
	if !own {
		b.poolErr = fmt.Errorf("pool `%s` does not exist (define it, or leave `pool` out for one of vmprov's own)", name)
		return
	}
	if name == "" {
		name = DefaultPool + "-" + config.PoolUUID(path)[:8]
	}
	b.pool = storage.Pool{Name: name, UUID: config.PoolUUID(path), Path: path, Volumes: map[string]bool{}}
	b.ours = true
	if needed {
		b.poolID = b.add("", makePool{name, b.pool.UUID, path}, "not there yet")
	}
}

// ownPool says that vmprov made a pool.
func ownPool(pool storage.Pool) bool {
	return pool.Exists() && pool.UUID == config.PoolUUID(pool.Path)
}

func inactive(pool storage.Pool) error {
	return fmt.Errorf("pool `%s` is not active (start it: virsh pool-start %s)", pool.Name, pool.Name)
}

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
			b.networks[name] = b.resolveNetwork(name, n)
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

func (b *builder) resolveNetwork(name string, want config.Network) plannedNetwork {
	libvirtName := config.NetworkName(b.d.Project, name)
	have, exists := b.o.Networks[libvirtName]
	if exists && (!have.Marked || have.Mark.Project != b.d.Project || have.Mark.Network != name) {
		return plannedNetwork{err: fmt.Errorf("network `%s` exists and is not this project's (rename the network or the project)", libvirtName)}
	}
	if exists {
		return b.keepNetwork(name, want, have)
	}
	subnet, err := b.chooseSubnet(want)
	if err != nil {
		return plannedNetwork{err: fmt.Errorf("network `%s`: %w", name, err)}
	}
	hosts, err := network.Allocate(subnet, nil, b.reservations(name))
	if err != nil {
		return plannedNetwork{err: fmt.Errorf("network `%s`: %w", name, err)}
	}
	def := network.Network{
		Name: libvirtName, UUID: config.NetworkUUID(b.d.Project, name), NAT: want.Mode == config.NetworkNAT,
		Domain: b.d.Project, Subnet: subnet, Hosts: hosts,
		Metadata: NetworkMark{Version: b.d.Version, Project: b.d.Project, Network: name, Origin: b.d.Origin}.Encode(),
	}
	text, err := def.XML()
	if err != nil {
		return plannedNetwork{err: err}
	}
	define := b.add("", defineNetwork{libvirtName, text}, fmt.Sprintf("not there yet, %s with %s", subnet, reservations(len(hosts))))
	start := b.add("", startNetwork{libvirtName}, "not active", define)
	return plannedNetwork{id: start, defined: define, address: addresses(hosts)}
}

// keepNetwork uses a network that is there: an address once given is kept.
func (b *builder) keepNetwork(name string, want config.Network, have ObservedNetwork) plannedNetwork {
	if err := keepable(name, want, have); err != nil {
		// Guests that need nothing done are not blocked by it: it is said here.
		b.note("%v", err)
		return plannedNetwork{err: err}
	}
	hosts, err := network.Allocate(have.Subnet, have.Hosts, b.reservations(name))
	if err != nil {
		return plannedNetwork{err: fmt.Errorf("network `%s`: %w", name, err)}
	}
	known := addresses(have.Hosts)
	fresh := slices.DeleteFunc(slices.Clone(hosts), func(h network.Host) bool { return known[h.MAC].IsValid() })
	var last ID
	if len(fresh) > 0 {
		last = b.add("", addHosts{have.Name, fresh}, "new guests")
	}
	if !have.Active {
		last = b.add("", startNetwork{have.Name}, "not active", last)
	}
	return plannedNetwork{id: last, address: addresses(hosts)}
}

// keepable says why a network that is there cannot be what the file wants.
func keepable(name string, want config.Network, have ObservedNetwork) error {
	if subnet, err := netip.ParsePrefix(want.IPv4); err == nil && subnet != have.Subnet {
		return fmt.Errorf("network `%s` has subnet %s, the file wants %s (a subnet changes with `vmprov destroy` and `vmprov up`)", name, have.Subnet, subnet)
	}
	if nat := want.Mode == config.NetworkNAT; nat != have.NAT {
		return fmt.Errorf("network `%s` cannot become %s while it exists (`vmprov destroy` and `vmprov up` make it anew)", name, want.Mode)
	}
	return nil
}

func (b *builder) chooseSubnet(want config.Network) (netip.Prefix, error) {
	used := slices.Clone(b.o.Routes)
	owner := map[netip.Prefix]string{}
	for _, name := range sortedKeys(b.o.Networks) {
		n := b.o.Networks[name]
		if n.Subnet.IsValid() {
			used = append(used, n.Subnet)
			owner[n.Subnet] = name
		}
	}
	for _, other := range b.d.Networks {
		if subnet, err := netip.ParsePrefix(other.IPv4); err == nil && want.IPv4 == "" {
			used = append(used, subnet)
		}
	}
	if want.IPv4 == "" {
		subnet, err := network.FreeSubnet(used)
		if err == nil {
			// The next network of this plan must not choose it again.
			b.o.Routes = append(slices.Clone(b.o.Routes), subnet)
		}
		return subnet, err
	}
	subnet, err := netip.ParsePrefix(want.IPv4)
	if err != nil {
		return netip.Prefix{}, err
	}
	if other, clash := network.Clash(subnet, used); clash {
		if name, ok := owner[other]; ok {
			return netip.Prefix{}, fmt.Errorf("subnet %s overlaps %s of libvirt network `%s` (choose another `ipv4`, or leave it out for a free one)", subnet, other, name)
		}
		return netip.Prefix{}, fmt.Errorf("subnet %s overlaps %s, which this host routes (choose another `ipv4`, or leave it out for a free one)", subnet, other)
	}
	return subnet, nil
}

// reservations are the hosts of a network without addresses, in the order of the file.
func (b *builder) reservations(name string) []network.Host {
	var hosts []network.Host
	for _, g := range b.d.Declared {
		for _, nic := range g.NICsOn(name) {
			hosts = append(hosts, network.Host{MAC: nic.HardwareAddress(b.d.Project, g.Name), Name: g.Name})
		}
	}
	return hosts
}

func addresses(hosts []network.Host) map[string]netip.Addr {
	out := map[string]netip.Addr{}
	for _, h := range hosts {
		out[strings.ToLower(h.MAC)] = h.Address
	}
	return out
}

// address is where a guest is reached on the project's own networks; empty
// where that is not known before its boot.
func (b *builder) address(g config.Guest) string {
	for _, nic := range g.Networks {
		if a, ok := b.networks[nic.Network].address[nic.HardwareAddress(b.d.Project, g.Name)]; ok {
			return a.String()
		}
	}
	return ""
}

// stops gathers why nothing can be done to a guest, apart from its own state.
func (s *sequence) stops() error {
	errs := []error{s.o.Unfit[s.spec.Name], s.reachPool()}
	for _, nic := range s.spec.Networks {
		errs = append(errs, s.networks[nic.Network].err)
	}
	return errors.Join(errs...)
}

// orphans notes marked guests that the file no longer declares, and gives their names.
func (b *builder) orphans() []string {
	declared := map[string]bool{}
	for _, g := range b.d.Declared {
		declared[g.Name] = true
	}
	var out []string
	for _, name := range sortedKeys(b.o.Guests) {
		if !declared[name] {
			out = append(out, name)
		}
	}
	return out
}

// scale notes what this plan asks of the host beyond what it has.
func (b *builder) scale() {
	if b.memory > b.d.Host.MemoryBytes && b.d.Host.MemoryBytes > 0 {
		b.note("the guests to start have %s of memory, the host %s", config.Size(b.memory), config.Size(b.d.Host.MemoryBytes).Rounded())
	}
	if b.pool.Available > 0 && b.space > b.pool.Available {
		b.note("the new volumes may grow to %s, pool `%s` has %s free", config.Size(b.space), b.pool.Name, config.Size(b.pool.Available).Rounded())
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
