// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"vmprov/internal/config"
	"vmprov/network"
)

// reservation is what a network knows of guests: addresses that it hands out
// (IPv4) and those that it resolves their names to (IPv6).
type reservation struct {
	hosts []network.Host
	names []network.Name
}

func (r reservation) empty() bool { return len(r.hosts)+len(r.names) == 0 }

// merge joins what guests get, in their order.
func merge(of map[string]reservation, guests []config.Guest) reservation {
	var all reservation
	for _, g := range guests {
		all.hosts = append(all.hosts, of[g.Name].hosts...)
		all.names = append(all.names, of[g.Name].names...)
	}
	return all
}

// wantedNIC is a NIC of a declared guest on one network.
type wantedNIC struct {
	guest, mac string
	// first says that the guest's name stands for this NIC there.
	first          bool
	fixed4, fixed6 netip.Addr
}

// wanted are all NICs on a network, in the order of the file.
func (b *builder) wanted(name string) []wantedNIC {
	var out []wantedNIC
	for _, g := range b.d.Declared {
		for i, nic := range g.NICsOn(name) {
			// No address is the lowest free one; validation refuses what is none.
			fixed4, _ := netip.ParseAddr(nic.Address)
			fixed6, _ := netip.ParseAddr(nic.Address6)
			out = append(out, wantedNIC{
				guest: g.Name, mac: nic.HardwareAddress(b.d.Project, g.Name), first: i == 0, fixed4: fixed4, fixed6: fixed6,
			})
		}
	}
	return out
}

// allocation is who gets which address on a network.
type allocation struct {
	hosts   []network.Host
	names   []network.Name
	fixed6  []network.Host
	refused map[string]error // by MAC
}

// allocate gives each NIC its addresses. On IPv6 that is the fixed one, or what
// the guest gives itself; held are the IPv4 ones that are given already.
func allocate(subnet, subnet6 netip.Prefix, held []network.Host, wanted []wantedNIC) (allocation, error) {
	a := allocation{refused: map[string]error{}}
	if subnet.IsValid() {
		var requests []network.Request
		for _, w := range wanted {
			requests = append(requests, network.Request{MAC: w.mac, Name: w.nameThere(), Fixed: w.fixed4})
		}
		var err error
		if a.hosts, a.refused, err = network.Allocate(subnet, held, requests); err != nil {
			return a, err
		}
	}
	if !subnet6.IsValid() {
		return a, nil
	}
	var requests []network.Request
	for _, w := range wanted {
		if w.fixed6.IsValid() {
			requests = append(requests, network.Request{MAC: w.mac, Name: w.guest, Fixed: w.fixed6})
		}
	}
	fixed, refused, err := network.Allocate(subnet6, nil, requests)
	if err != nil {
		return a, err
	}
	for mac, err := range refused {
		a.refused[mac] = err
	}
	for _, host := range fixed {
		// dnsmasq knows the guest's name by its DNS record.
		a.fixed6 = append(a.fixed6, network.Host{MAC: host.MAC, Address: host.Address})
	}
	for _, w := range wanted {
		if !w.first {
			continue
		}
		address := network.SLAAC(subnet6, w.mac)
		if host, ok := find(fixed, func(h network.Host) bool { return h.MAC == w.mac }); ok {
			address = host.Address
		}
		if address.IsValid() {
			a.names = append(a.names, network.Name{Name: w.guest, Address: address})
		}
	}
	return a, nil
}

// nameThere is what a reservation is called. libvirt takes a name once only.
func (w wantedNIC) nameThere() string {
	if w.first {
		return w.guest
	}
	return ""
}

func addresses(hosts []network.Host) map[string]netip.Addr {
	out := map[string]netip.Addr{}
	for _, h := range hosts {
		out[strings.ToLower(h.MAC)] = h.Address
	}
	return out
}

// Reach is where a guest's ssh server is found.
type Reach struct {
	// Address is empty where it is not known before the boot.
	Address string
	// Port is 0 for ssh's own.
	Port int
	// Guessed says that the guest gives itself the address, as far as is known:
	// what libvirt finds counts more.
	Guessed bool
}

// String is the address, with its port where that is not ssh's own.
func (r Reach) String() string {
	if r.Address == "" || r.Port == 0 {
		return r.Address
	}
	return net.JoinHostPort(r.Address, strconv.Itoa(r.Port))
}

// reach is where a guest will be found once the plan is carried out.
func (b *builder) reach(g config.Guest) Reach {
	return reachOf(b.d.Networks, g, func(nic config.NIC) (netip.Addr, netip.Addr) {
		n, mac := b.networks[nic.Network], nic.HardwareAddress(b.d.Project, g.Name)
		return n.address[mac], network.SLAAC(n.subnet6, mac)
	})
}

// ReachOf is where a guest is found now: declared are the file's networks, spec
// is what the guest runs with.
func ReachOf(declared map[string]config.Network, o Observed, project string, spec config.Guest) Reach {
	return reachOf(declared, spec, func(nic config.NIC) (netip.Addr, netip.Addr) {
		n, ok := o.Networks[config.NetworkName(project, nic.Network)]
		if !ok || !n.Marked || n.Mark.Project != project {
			return netip.Addr{}, netip.Addr{}
		}
		mac := nic.HardwareAddress(project, spec.Name)
		host, _ := find(n.Hosts, func(h network.Host) bool { return strings.EqualFold(h.MAC, mac) })
		return host.Address, network.SLAAC(n.Subnet6, mac)
	})
}

// reachOf takes an IPv4 address before a forwarded port, and both before an
// IPv6 address, which the guest gives itself.
func reachOf(declared map[string]config.Network, g config.Guest, of func(config.NIC) (v4, v6 netip.Addr)) Reach {
	var guess netip.Addr
	for _, nic := range g.Networks {
		v4, v6 := of(nic)
		if v4.IsValid() {
			return Reach{Address: v4.String()}
		}
		if !guess.IsValid() {
			guess = v6
		}
	}
	if r, ok := forwarded(declared, g); ok {
		return r
	}
	if guess.IsValid() {
		return Reach{Address: guess.String(), Guessed: true}
	}
	return Reach{}
}

// forwarded is the port of the host that leads to the guest's ssh server.
func forwarded(declared map[string]config.Network, g config.Guest) (Reach, bool) {
	for _, nic := range g.Networks {
		if n, ok := declared[nic.Network]; ok && n.Mode != config.NetworkUser {
			continue
		}
		i := slices.IndexFunc(nic.Forwards, func(f config.Forward) bool { return f.Guest == sshPort && f.Protocol != "udp" })
		if i < 0 {
			continue
		}
		address := nic.Forwards[i].Address
		if a, err := netip.ParseAddr(address); err != nil || a.IsUnspecified() {
			address = "127.0.0.1"
		}
		return Reach{Address: address, Port: g.HostPort(nic.Forwards[i])}, true
	}
	return Reach{}, false
}

// sshPort of a guest.
const sshPort = 22
