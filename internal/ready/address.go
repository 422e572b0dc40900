// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/internal/virt"
)

// errNoAddress says that no source knows an address of the guest yet.
var errNoAddress = errors.New("no address yet (asked: DHCP leases, guest agent, ARP)")

// Address is an address of a running guest's NICs, from libvirt's sources in
// their order of trust: leases, the guest agent, ARP. An IPv6 address counts;
// loopback and link-local ones do not.
func Address(ctx context.Context, c *virt.Client, uuid string, macs []string) (string, error) {
	return (&sources{client: c, uuid: uuid, macs: macs}).address(ctx)
}

// sources are libvirt's ways to a guest's address.
type sources struct {
	client *virt.Client
	uuid   string
	macs   []string
	// agentStuck is set once the guest agent took a call and did not answer. It
	// is not asked again: each call would hold a connection.
	agentStuck bool
}

func (s *sources) address(ctx context.Context) (string, error) {
	for _, source := range []libvirt.DomainInterfaceAddressesSource{
		libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
		libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
		libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
	} {
		isAgent := source == libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT
		if isAgent && s.agentStuck {
			continue
		}
		found, err := s.ask(ctx, source)
		switch {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case errors.Is(err, context.DeadlineExceeded):
			s.agentStuck = s.agentStuck || isAgent
		case virt.IsNotFound(err):
			return "", err
		case err != nil:
			// A source that cannot answer (no agent yet) knows none.
		case found != "":
			return found, nil
		}
	}
	return "", errNoAddress
}

// ask asks one source, for callLimit at most.
func (s *sources) ask(ctx context.Context, source libvirt.DomainInterfaceAddressesSource) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	nics, err := ask(ctx, s.client, s.uuid, func(dom *libvirt.Domain) ([]libvirt.DomainInterface, error) {
		return dom.ListAllInterfaceAddresses(source)
	})
	found := usable(nics, s.macs)
	if err != nil || len(found) == 0 {
		return "", err
	}
	if len(found) > 1 && source == libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE {
		if newest := s.newestLease(ctx, found); newest != "" {
			return newest, nil
		}
	}
	return found[0], nil
}

// usable are the addresses of the guest's own NICs, IPv4 first.
func usable(nics []libvirt.DomainInterface, macs []string) []string {
	var v4, v6 []string
	for _, nic := range nics {
		if !isOneOf(nic.Hwaddr, macs) {
			continue
		}
		for _, a := range nic.Addrs {
			address, err := netip.ParseAddr(a.Addr)
			switch {
			case err != nil || !address.IsGlobalUnicast():
			case address.Is4():
				v4 = append(v4, address.String())
			default:
				v6 = append(v6, address.String())
			}
		}
	}
	return append(v4, v6...)
}

func isOneOf(mac string, macs []string) bool {
	return slices.ContainsFunc(macs, func(m string) bool { return strings.EqualFold(m, mac) })
}

// newestLease is that of the addresses whose lease ends last, empty for none.
// A recycled guest asks with a client id of its new system and gets a second
// lease beside the one of its past, which libvirt lists first.
func (s *sources) newestLease(ctx context.Context, addresses []string) string {
	leases, err := virt.Within(ctx, s.client, func(conn *libvirt.Connect) ([]libvirt.NetworkDHCPLease, error) {
		return allLeases(conn, s.macs)
	})
	if err != nil {
		return ""
	}
	return newest(leases, addresses)
}

// allLeases are those of some MACs on every active network.
func allLeases(conn *libvirt.Connect, macs []string) ([]libvirt.NetworkDHCPLease, error) {
	networks, err := conn.ListAllNetworks(libvirt.CONNECT_LIST_NETWORKS_ACTIVE)
	if err != nil {
		return nil, err
	}
	var out []libvirt.NetworkDHCPLease
	for _, network := range networks {
		leases, err := network.GetDHCPLeases()
		_ = network.Free()
		if err != nil {
			continue // a network without DHCP of libvirt's
		}
		for _, l := range leases {
			if isOneOf(l.Mac, macs) {
				out = append(out, l)
			}
		}
	}
	return out, nil
}

func newest(leases []libvirt.NetworkDHCPLease, addresses []string) string {
	var best libvirt.NetworkDHCPLease
	for _, l := range leases {
		// Addresses are in order of preference, IPv4 before IPv6.
		if slices.Contains(addresses, l.IPaddr) && (best.IPaddr == "" || l.Type < best.Type ||
			l.Type == best.Type && l.ExpiryTime.After(best.ExpiryTime)) {
			best = l
		}
	}
	return best.IPaddr
}

// addresses is the guest's address as far as it is known. One that libvirt was
// asked for may be of the guest's last boot, so it is asked again until the
// guest is reached.
type addresses struct {
	// fixed says that the address was known before the boot.
	fixed   bool
	sources sources

	mu      sync.Mutex
	current string
}

func newAddresses(c *virt.Client, t Target) *addresses {
	return &addresses{
		fixed: t.Login.Address != "" && !t.Login.Guessed, current: t.Login.Address,
		sources: sources{client: c, uuid: t.UUID, macs: t.MACs},
	}
}

// get is the address, empty while none is known.
func (a *addresses) get() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current
}

func (a *addresses) lookUp(ctx context.Context) error {
	found, err := a.sources.address(ctx)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.current = found
	return nil
}

// await returns when an address is known.
func (a *addresses) await(ctx context.Context, note func(error)) error {
	b := backoff{50 * time.Millisecond, time.Second}
	for a.get() == "" {
		err := a.lookUp(ctx)
		if err == nil {
			return nil
		}
		if virt.IsNotFound(err) {
			return err
		}
		note(err)
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// keep looks again every second until ctx ends.
func (a *addresses) keep(ctx context.Context) {
	for !a.fixed && sleep(ctx, time.Second) == nil {
		_ = a.lookUp(ctx)
	}
}
