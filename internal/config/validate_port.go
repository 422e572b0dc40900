// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
)

const maxPort = 65535

// listener is a port of the host for each guest of a family, the first at the
// port that the file says.
type listener struct {
	first, last int
	protocol    string
	address     netip.Addr
	at, what    string
}

// meets says that two listeners want one port.
func (l listener) meets(other listener) bool {
	return l.protocol == other.protocol && l.first <= other.last && other.first <= l.last &&
		(l.address == other.address || l.address.IsUnspecified() || other.address.IsUnspecified())
}

// hostPorts checks that gdb stubs and forwards of the project do not want one
// port of the host.
func (v validator) hostPorts() {
	var all []listener
	for _, f := range v.families {
		all = append(all, v.listeners(f)...)
	}
	slices.SortStableFunc(all, func(a, b listener) int { return cmp.Compare(a.first, b.first) })
	var open []listener
	for _, l := range all {
		open = slices.DeleteFunc(open, func(o listener) bool { return o.last < l.first })
		if i := slices.IndexFunc(open, l.meets); i >= 0 {
			v.value(l.at, "must be a port of its own, got %s, which meets that of %s", l.ports(), open[i].what)
			continue
		}
		open = append(open, l)
	}
}

// ports are the listener's ports in words.
func (l listener) ports() string {
	if l.first == l.last {
		return strconv.Itoa(l.first)
	}
	return fmt.Sprintf("%d-%d", l.first, l.last)
}

// listeners are the ports of the host that a family's guests listen on. A port
// past the last is a fault, and none.
func (v validator) listeners(f family) []listener {
	var out []listener
	add := func(port int, at string, l listener) {
		if !v.layout.said(at) || v.isBroken(at) {
			return
		}
		l.first, l.last, l.at = port, port+max(f.count, 1)-1, at
		if l.last > maxPort {
			v.value(at, "must leave a port up to %d for each of %d guests, got %d", maxPort, f.count, port)
			return
		}
		out = append(out, l)
	}
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if f.spec.GDB != nil {
		add(f.spec.GDB.Port, f.at("gdb.port"), listener{protocol: "tcp", address: loopback, what: "gdb of guest " + f.name})
	}
	for i, nic := range f.spec.Networks {
		for j, forward := range nic.Forwards {
			at := item(item(f.at("networks"), i)+".forwards", j)
			address := loopback
			if v.layout.said(at + ".address") {
				address, _ = netip.ParseAddr(forward.Address)
			}
			add(forward.Host, at+".host", listener{
				protocol: cmp.Or(forward.Protocol, "tcp"), address: address, what: "a forward of guest " + f.name,
			})
		}
	}
	return out
}
