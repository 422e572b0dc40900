// SPDX-License-Identifier: Apache-2.0

package network

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// shortestRoute is the shortest prefix that counts as a subnet in use. A VPN
// takes the default route over with halves of it (0.0.0.0/1 and 128.0.0.0/1),
// which every subnet overlaps.
const shortestRoute = 8

// shortestRoute6 likewise: 2000::/3 is the whole internet.
const shortestRoute6 = 16

// HostRoutes are the subnets that this machine routes (proc(5),
// /proc/net/route and /proc/net/ipv6_route), the default routes and parts of
// them left out. A machine without IPv6 has none of it.
func HostRoutes() ([]netip.Prefix, error) {
	v4, err := readRoutes("/proc/net/route", parseRoutes)
	if err != nil {
		return nil, err
	}
	v6, err := readRoutes("/proc/net/ipv6_route", parseRoutes6)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return append(v4, v6...), nil
}

func readRoutes(path string, parse func(io.Reader) ([]netip.Prefix, error)) ([]netip.Prefix, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read routes: %w", err)
	}
	defer func() { _ = f.Close() }()
	return parse(f)
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

// rejects is the flag of a route that leads nowhere (RTF_REJECT of linux/route.h).
const rejects = 0x200

// parseRoutes6 reads lines of destination, its length, six more fields, flags
// and interface, all numbers in hexadecimal.
func parseRoutes6(r io.Reader) ([]netip.Prefix, error) {
	var out []netip.Prefix
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 {
			continue
		}
		raw, err1 := hex.DecodeString(fields[0])
		length, err2 := strconv.ParseUint(fields[1], 16, 8)
		flags, err3 := strconv.ParseUint(fields[8], 16, 32)
		address, ok := netip.AddrFromSlice(raw)
		if err1 != nil || err2 != nil || err3 != nil || !ok || !address.Is6() || length < shortestRoute6 || length > 128 || flags&rejects != 0 {
			continue
		}
		if address.IsLinkLocalUnicast() || address.IsMulticast() || address.IsLoopback() {
			continue // each interface has those
		}
		out = append(out, netip.PrefixFrom(address, int(length)))
	}
	return out, lines.Err()
}
