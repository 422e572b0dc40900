// SPDX-License-Identifier: Apache-2.0

// Package network makes the project's own libvirt networks, with a DHCP
// reservation for every guest, so that an address is known before the boot.
// What is chosen (subnet, addresses) is chosen by pure functions.
package network

import (
	"errors"
	"fmt"
	"net/netip"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// Host is a DHCP reservation.
type Host struct {
	MAC, Name string
	Address   netip.Addr
}

// Network is one of libvirt's networks, wanted or observed.
type Network struct {
	Name, UUID string
	// Metadata is the raw XML below <metadata>.
	Metadata string
	// NAT says that guests reach the world; an isolated network reaches the host only.
	NAT bool
	// Domain is the DNS domain of the guests.
	Domain string
	// Subnet is the IPv4 subnet; the host has its first address. Invalid for none.
	Subnet netip.Prefix
	Hosts  []Host
	Active bool
}

// XML is the <network> element. The bridge's name is left to libvirt, which
// finds a free one. There is no dynamic range: only known guests get an address.
func (n Network) XML() (string, error) {
	def := libvirtxml.Network{
		Name: n.Name, UUID: n.UUID,
		Domain: &libvirtxml.NetworkDomain{Name: n.Domain, LocalOnly: "yes"},
	}
	if n.Metadata != "" {
		def.Metadata = &libvirtxml.NetworkMetadata{XML: n.Metadata}
	}
	if n.NAT {
		def.Forward = &libvirtxml.NetworkForward{Mode: "nat"}
	}
	dhcp := &libvirtxml.NetworkDHCP{}
	for _, host := range n.Hosts {
		dhcp.Hosts = append(dhcp.Hosts, libvirtxml.NetworkDHCPHost{MAC: host.MAC, Name: host.Name, IP: host.Address.String()})
	}
	def.IPs = []libvirtxml.NetworkIP{{
		Address: Gateway(n.Subnet).String(), Prefix: uint(n.Subnet.Bits()), DHCP: dhcp,
	}}
	text, err := def.Marshal()
	if err != nil {
		return "", fmt.Errorf("render network `%s`: %w", n.Name, err)
	}
	return text, nil
}

// Parse reads a <network> element.
func Parse(text string) (Network, error) {
	var def libvirtxml.Network
	if err := def.Unmarshal(text); err != nil {
		return Network{}, fmt.Errorf("read network: %w", err)
	}
	n := Network{Name: def.Name, UUID: def.UUID, NAT: def.Forward != nil && def.Forward.Mode == "nat"}
	if def.Metadata != nil {
		n.Metadata = def.Metadata.XML
	}
	for _, ip := range def.IPs {
		subnet, ok := prefixOf(ip)
		if !ok {
			continue
		}
		n.Subnet = subnet
		if ip.DHCP != nil {
			n.Hosts = reservations(ip.DHCP.Hosts)
		}
		break
	}
	return n, nil
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

// prefixOf is the IPv4 subnet of an <ip>, which has a prefix or a netmask.
func prefixOf(ip libvirtxml.NetworkIP) (netip.Prefix, bool) {
	address, err := netip.ParseAddr(ip.Address)
	if err != nil || !address.Is4() {
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
