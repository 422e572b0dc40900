// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"net/netip"
	"strings"

	"libvirt.org/go/libvirtxml"
)

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
	if n.Mode != "" {
		def.Forward = &libvirtxml.NetworkForward{Mode: n.Mode, Dev: n.Dev}
	}
	if n.Mode == NAT && n.Subnet6.IsValid() {
		// Without it IPv6 is routed, and nobody knows the way back to these addresses.
		def.Forward.NAT = &libvirtxml.NetworkForwardNAT{IPv6: "yes"}
	}
	if n.MTU != 0 {
		def.MTU = &libvirtxml.NetworkMTU{Size: uint(n.MTU)}
	}
	if n.Subnet.IsValid() {
		def.IPs = append(def.IPs, n.ip4())
	}
	if n.Subnet6.IsValid() {
		def.IPs = append(def.IPs, libvirtxml.NetworkIP{
			Family: "ipv6", Address: Gateway(n.Subnet6).String(), Prefix: uint(n.Subnet6.Bits()),
		})
		def.DNS = dns(n.Names)
		def.DnsmasqOptions = dhcp6(n.Subnet6, n.Fixed6)
	}
	return marshal(n.Name, def)
}

func marshal(name string, def libvirtxml.Network) (string, error) {
	text, err := def.Marshal()
	if err != nil {
		return "", fmt.Errorf("render network `%s`: %w", name, err)
	}
	return text, nil
}

func (n Network) ip4() libvirtxml.NetworkIP {
	dhcp := &libvirtxml.NetworkDHCP{}
	for _, host := range n.Hosts {
		dhcp.Hosts = append(dhcp.Hosts, libvirtxml.NetworkDHCPHost{MAC: host.MAC, Name: host.Name, IP: host.Address.String()})
	}
	return libvirtxml.NetworkIP{Address: Gateway(n.Subnet).String(), Prefix: uint(n.Subnet.Bits()), DHCP: dhcp}
}

func dns(names []Name) *libvirtxml.NetworkDNS {
	if len(names) == 0 {
		return nil
	}
	out := &libvirtxml.NetworkDNS{}
	for _, name := range names {
		out.Host = append(out.Host, dnsHost(name))
	}
	return out
}

func dnsHost(name Name) libvirtxml.NetworkDNSHost {
	return libvirtxml.NetworkDNSHost{
		IP: name.Address.String(), Hostnames: []libvirtxml.NetworkDNSHostHostname{{Hostname: name.Name}},
	}
}

// dhcp6 are the options of dnsmasq(8) that reserve IPv6 addresses by MAC, for
// which libvirt has no word: its own reservations go by DUID, which a guest
// makes up on its first boot, or by a name that it may not know yet when it
// asks. The prefix stays one for SLAAC too.
func dhcp6(subnet netip.Prefix, hosts []Host) *libvirtxml.NetworkDnsmasqOptions {
	if len(hosts) == 0 {
		return nil
	}
	option := func(format string, args ...any) libvirtxml.NetworkDnsmasqOption {
		return libvirtxml.NetworkDnsmasqOption{Value: fmt.Sprintf(format, args...)}
	}
	out := &libvirtxml.NetworkDnsmasqOptions{
		Option: []libvirtxml.NetworkDnsmasqOption{
			option("enable-ra"), // which tells guests to ask
			option("dhcp-range=%s,static,%d", subnet.Masked().Addr(), subnet.Bits()),
		},
	}
	for _, host := range hosts {
		out.Option = append(out.Option, option(dhcpHost+"%s,[%s]", host.MAC, host.Address))
	}
	return out
}

const dhcpHost = "dhcp-host="

// fixed6 reads what dhcp6 wrote.
func fixed6(options *libvirtxml.NetworkDnsmasqOptions) []Host {
	if options == nil {
		return nil
	}
	var out []Host
	for _, option := range options.Option {
		value, isHost := strings.CutPrefix(option.Value, dhcpHost)
		mac, rest, _ := strings.Cut(value, ",")
		address, err := netip.ParseAddr(strings.Trim(rest, "[]"))
		if isHost && err == nil {
			out = append(out, Host{MAC: mac, Address: address})
		}
	}
	return out
}

// WithFixed6 is the definition of an observed network with these IPv6
// reservations in place of those that it has; nothing else changes.
func (n Network) WithFixed6(hosts []Host) (string, error) {
	var def libvirtxml.Network
	if err := def.Unmarshal(n.Text); err != nil {
		return "", fmt.Errorf("read network `%s`: %w", n.Name, err)
	}
	def.DnsmasqOptions = dhcp6(n.Subnet6, hosts)
	return marshal(n.Name, def)
}
