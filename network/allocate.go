// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net"
	"net/netip"
)

// Request is a NIC that wants an address. Fixed is the one that it wants;
// invalid for the lowest free one.
type Request struct {
	MAC, Name string
	Fixed     netip.Addr
}

// Allocate gives each NIC its fixed address, or the one that it has, or the
// lowest free address of the subnet. The order of requests decides who gets
// which. A fixed address that cannot be had is an error of that NIC alone, by
// its MAC: it gets none.
func Allocate(subnet netip.Prefix, existing []Host, requests []Request) ([]Host, map[string]error, error) {
	p := newPool(subnet, existing)
	refused := map[string]error{}
	for _, r := range requests {
		if !r.Fixed.IsValid() {
			continue
		}
		if err := p.claim(r); err != nil {
			refused[r.MAC] = err
		}
	}
	out := make([]Host, 0, len(requests))
	for _, r := range requests {
		if refused[r.MAC] != nil {
			continue
		}
		address, err := p.addressFor(r)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, Host{MAC: r.MAC, Name: r.Name, Address: address})
	}
	return out, refused, nil
}

// pool is a subnet's addresses and who has them.
type pool struct {
	subnet netip.Prefix
	byMAC  map[string]netip.Addr
	owner  map[netip.Addr]Host
	next   netip.Addr
}

func newPool(subnet netip.Prefix, existing []Host) *pool {
	p := &pool{subnet: subnet, byMAC: map[string]netip.Addr{}, owner: map[netip.Addr]Host{}, next: Gateway(subnet).Next()}
	for _, host := range existing {
		p.owner[host.Address] = host
		if subnet.Contains(host.Address) {
			p.byMAC[host.MAC] = host.Address
		}
	}
	return p
}

// claim takes a fixed address.
func (p *pool) claim(r Request) error {
	other, taken := p.owner[r.Fixed]
	switch {
	case !p.isForGuests(r.Fixed):
		return fmt.Errorf("address %s is none for a guest in subnet %s (choose one from %s on)", r.Fixed, p.subnet, Gateway(p.subnet).Next())
	case taken && other.MAC != r.MAC:
		return fmt.Errorf("address %s is held by %s (choose another, or give that one another first)", r.Fixed, who(other))
	}
	p.owner[r.Fixed] = Host{MAC: r.MAC, Name: r.Name, Address: r.Fixed}
	return nil
}

// who names the holder of a reservation.
func who(h Host) string {
	if h.Name == "" {
		return "the NIC " + h.MAC
	}
	return "guest `" + h.Name + "`"
}

// isForGuests leaves out the subnet's own address, the host's and, of IPv4, the
// broadcast address.
func (p *pool) isForGuests(a netip.Addr) bool {
	return p.subnet.Contains(a) && a.Compare(Gateway(p.subnet)) > 0 && (a.Is6() || p.subnet.Contains(a.Next()))
}

func (p *pool) addressFor(r Request) (netip.Addr, error) {
	if r.Fixed.IsValid() {
		return r.Fixed, nil
	}
	if address, ok := p.byMAC[r.MAC]; ok && p.owner[address].MAC == r.MAC {
		return address, nil
	}
	for {
		if !p.isForGuests(p.next) {
			return netip.Addr{}, fmt.Errorf("give `%s` an address: subnet %s is full", r.Name, p.subnet)
		}
		if _, taken := p.owner[p.next]; !taken {
			break
		}
		p.next = p.next.Next()
	}
	p.owner[p.next] = Host{MAC: r.MAC, Name: r.Name, Address: p.next}
	return p.next, nil
}

// SLAAC is the address that a NIC gives itself in a /64 from its MAC (RFC 4291,
// appendix A: modified EUI-64). Linux, systemd-networkd and dhcpcd do so unless
// they are told to use private addresses. Invalid where that cannot be.
func SLAAC(subnet netip.Prefix, mac string) netip.Addr {
	hardware, err := net.ParseMAC(mac)
	if err != nil || len(hardware) != 6 || !subnet.Addr().Is6() || subnet.Bits() != 64 {
		return netip.Addr{}
	}
	raw := subnet.Addr().As16()
	copy(raw[8:], []byte{hardware[0] ^ 2, hardware[1], hardware[2], 0xff, 0xfe, hardware[3], hardware[4], hardware[5]})
	return netip.AddrFrom16(raw)
}
