// SPDX-License-Identifier: Apache-2.0

// Package network makes the project's own libvirt networks, with a DHCP
// reservation for every guest, so that an address is known before the boot.
// What is chosen (subnet, addresses) is chosen by pure functions.
package network

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// Host is a DHCP reservation of an IPv4 address, or of an IPv6 one where it says so.
type Host struct {
	// Name of the guest; empty for its second NIC on a network, whose address
	// must not take the name over from the first.
	MAC, Name string
	Address   netip.Addr
}

// Name is a record of the network's DNS.
type Name struct {
	Name    string
	Address netip.Addr
}

// Forward modes; an isolated network has none.
const (
	NAT   = "nat"
	Route = "route"
)

// Network is one of libvirt's networks, wanted or observed.
type Network struct {
	Name, UUID string
	// Metadata is the raw XML below <metadata>.
	Metadata string
	// Mode is how guests reach the world: NAT, Route, or empty for an isolated
	// network, which reaches the host only. An observed one may have other words
	// of libvirt's.
	Mode string
	// Dev is the only interface of the host that is routed to; empty for all.
	Dev string
	// Domain is the DNS domain of the guests.
	Domain string
	// MTU of bridge and guests; 0 for libvirt's default.
	MTU int
	// Subnet is the IPv4 subnet, Subnet6 the IPv6 one; the host has the first
	// address of each. Invalid for none.
	Subnet, Subnet6 netip.Prefix
	// Hosts are the IPv4 reservations, Names the IPv6 addresses in the DNS.
	Hosts []Host
	Names []Name
	// Fixed6 are the IPv6 reservations. They are part of the definition: a
	// network that runs serves them after its next start.
	Fixed6 []Host

	// What only an observed one has: its bridge, its definition, and whether it runs.
	Bridge, Text string
	Active       bool
}

// Parse reads a <network> element.
func Parse(text string) (Network, error) {
	var def libvirtxml.Network
	if err := def.Unmarshal(text); err != nil {
		return Network{}, fmt.Errorf("read network: %w", err)
	}
	n := Network{Name: def.Name, UUID: def.UUID, Text: text, Fixed6: fixed6(def.DnsmasqOptions)}
	if def.Metadata != nil {
		n.Metadata = def.Metadata.XML
	}
	if def.Forward != nil {
		// An element without a mode means nat.
		n.Mode, n.Dev = cmp.Or(def.Forward.Mode, NAT), def.Forward.Dev
	}
	if def.Domain != nil {
		n.Domain = def.Domain.Name
	}
	if def.MTU != nil {
		n.MTU = int(def.MTU.Size)
	}
	if def.Bridge != nil {
		n.Bridge = def.Bridge.Name
	}
	if def.DNS != nil {
		n.Names = names(def.DNS.Host)
	}
	for _, ip := range def.IPs {
		n.readIP(ip)
	}
	return n, nil
}

// readIP takes the first subnet of each family in.
func (n *Network) readIP(ip libvirtxml.NetworkIP) {
	subnet, ok := prefixOf(ip)
	switch {
	case !ok:
	case subnet.Addr().Is4() && !n.Subnet.IsValid():
		n.Subnet = subnet
		if ip.DHCP != nil {
			n.Hosts = reservations(ip.DHCP.Hosts)
		}
	case subnet.Addr().Is6() && !n.Subnet6.IsValid():
		n.Subnet6 = subnet
	}
}

func reservations(hosts []libvirtxml.NetworkDHCPHost) []Host {
	var out []Host
	for _, host := range hosts {
		if address, err := netip.ParseAddr(host.IP); err == nil {
			out = append(out, Host{MAC: host.MAC, Name: host.Name, Address: address})
		}
	}
	return out
}

// names are the IPv6 addresses in the DNS: those of IPv4 are leases.
func names(hosts []libvirtxml.NetworkDNSHost) []Name {
	var out []Name
	for _, host := range hosts {
		address, err := netip.ParseAddr(host.IP)
		if err != nil || !address.Is6() {
			continue
		}
		for _, name := range host.Hostnames {
			out = append(out, Name{name.Hostname, address})
		}
	}
	return out
}

// prefixOf is the subnet of an <ip>, which has a prefix or, of IPv4, a netmask.
func prefixOf(ip libvirtxml.NetworkIP) (netip.Prefix, bool) {
	address, err := netip.ParseAddr(ip.Address)
	if err != nil || address.Is6() && ip.Prefix == 0 {
		return netip.Prefix{}, false
	}
	bits := int(ip.Prefix)
	if bits == 0 {
		mask, err := netip.ParseAddr(ip.Netmask)
		if err != nil {
			return netip.Prefix{}, false
		}
		bits = maskBits(mask)
	}
	return netip.PrefixFrom(address, bits).Masked(), true
}

func maskBits(mask netip.Addr) int {
	bits := 0
	for _, b := range mask.AsSlice() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
	}
	return bits
}

// List reads every network of a host.
func List(conn *libvirt.Connect) ([]Network, error) {
	nets, err := conn.ListAllNetworks(0)
	if err != nil {
		return nil, fmt.Errorf("list networks: %w", err)
	}
	var out []Network
	for _, net := range nets {
		n, err := readOne(&net)
		_ = net.Free()
		if virt.IsNotFound(err) {
			continue // went away meanwhile, which is no business of ours
		}
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func readOne(net *libvirt.Network) (Network, error) {
	// The inactive definition is what is written to; reservations go to both.
	text, err := net.GetXMLDesc(libvirt.NETWORK_XML_INACTIVE)
	if errors.Is(err, libvirt.ERR_INVALID_ARG) {
		text, err = net.GetXMLDesc(0) // a driver (test:) that keeps one definition only
	}
	if err != nil {
		return Network{}, fmt.Errorf("read network: %w", err)
	}
	n, err := Parse(text)
	if err != nil {
		return Network{}, err
	}
	n.Active, err = net.IsActive()
	return n, err
}
