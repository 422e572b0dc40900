// SPDX-License-Identifier: Apache-2.0

package network

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"math/bits"
	"net/netip"
	"os"
	"strings"
)

// Gateway is the host's own address in a subnet: the first one.
func Gateway(subnet netip.Prefix) netip.Addr { return subnet.Masked().Addr().Next() }

// pick is the range that free subnets are chosen from, as /24s.
var pick = netip.MustParsePrefix("10.47.0.0/16")

// FreeSubnet is the first /24 of 10.47.0.0/16 that overlaps nothing in use.
func FreeSubnet(used []netip.Prefix) (netip.Prefix, error) {
	for third := range 256 {
		raw := pick.Addr().As4()
		raw[2] = byte(third)
		candidate := netip.PrefixFrom(netip.AddrFrom4(raw), 24)
		if _, clash := Clash(candidate, used); !clash {
			return candidate, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("choose subnet: no free /24 in %s (set `ipv4` of the network)", pick)
}

// Clash is the first of the subnets in use that overlaps the wanted one.
func Clash(want netip.Prefix, used []netip.Prefix) (netip.Prefix, bool) {
	for _, prefix := range used {
		if prefix.Bits() > 0 && want.Overlaps(prefix) {
			return prefix, true
		}
	}
	return netip.Prefix{}, false
}

// Allocate gives each MAC without a reservation the lowest free address of the
// subnet; reservations that are there are kept. hosts are the wanted ones, in
// order, with no address yet.
func Allocate(subnet netip.Prefix, existing []Host, hosts []Host) ([]Host, error) {
	byMAC := map[string]netip.Addr{}
	taken := map[netip.Addr]bool{subnet.Masked().Addr(): true, Gateway(subnet): true}
	for _, host := range existing {
		byMAC[host.MAC] = host.Address
		taken[host.Address] = true
	}
	out := make([]Host, 0, len(hosts))
	next := Gateway(subnet)
	for _, host := range hosts {
		if address, ok := byMAC[host.MAC]; ok && subnet.Contains(address) {
			host.Address = address
			out = append(out, host)
			continue
		}
		for taken[next] {
			next = next.Next()
		}
		if !subnet.Contains(next) || !subnet.Contains(next.Next()) { // the last one is the broadcast address
			return nil, fmt.Errorf("give `%s` an address: subnet %s is full", host.Name, subnet)
		}
		host.Address = next
		taken[next] = true
		out = append(out, host)
	}
	return out, nil
}

// shortestRoute is the shortest prefix that counts as a subnet in use. A VPN
// takes the default route over with halves of it (0.0.0.0/1 and 128.0.0.0/1),
// which every subnet overlaps.
const shortestRoute = 8

// HostRoutes are the IPv4 subnets that this machine routes (proc_net(5),
// /proc/net/route), the default route and parts of it left out.
func HostRoutes() ([]netip.Prefix, error) {
	f, err := os.Open("/proc/net/route")
	if err != nil {
		return nil, fmt.Errorf("read routes: %w", err)
	}
	defer func() { _ = f.Close() }()
	return parseRoutes(f)
}

func parseRoutes(r io.Reader) ([]netip.Prefix, error) {
	var out []netip.Prefix
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 8 || fields[0] == "Iface" {
			continue
		}
		destination, ok1 := littleEndian(fields[1])
		mask, ok2 := littleEndian(fields[7])
		ones := 0
		for _, b := range mask {
			ones += bits.OnesCount8(b)
		}
		if !ok1 || !ok2 || ones < shortestRoute {
			continue
		}
		out = append(out, netip.PrefixFrom(netip.AddrFrom4(destination), ones))
	}
	return out, lines.Err()
}

// littleEndian reads the kernel's hexadecimal of an address in host order.
func littleEndian(text string) ([4]byte, bool) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 4 {
		return [4]byte{}, false
	}
	return [4]byte{raw[3], raw[2], raw[1], raw[0]}, true
}
