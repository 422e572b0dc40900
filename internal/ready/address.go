// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/internal/virt"
)

// errNoAddress says that no source knows an address of the guest yet.
var errNoAddress = errors.New("no address yet (asked: DHCP leases, guest agent, ARP)")

// findAddress fills the login's address, which is known before the boot on the
// project's own networks.
func (w *waiter) findAddress(ctx context.Context) error {
	b := backoff{50 * time.Millisecond, time.Second}
	for w.target.Login.Address == "" {
		address, err := Address(ctx, w.client, w.target.UUID, w.target.MACs)
		if err == nil {
			w.target.Login.Address = address
			return nil
		}
		w.note(err)
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Address is an address of a running guest's NICs, from libvirt's sources in
// their order of trust. An IPv6 address counts; loopback and link-local ones do not.
func Address(ctx context.Context, c *virt.Client, uuid string, macs []string) (string, error) {
	sources := []libvirt.DomainInterfaceAddressesSource{
		libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
		libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
		libvirt.DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
	}
	found := ""
	err := c.Do(ctx, func(conn *libvirt.Connect) error {
		dom, err := conn.LookupDomainByUUIDString(uuid)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		for _, source := range sources {
			// A source that cannot answer (no agent yet) is none.
			nics, err := dom.ListAllInterfaceAddresses(source)
			if err != nil {
				continue
			}
			if found = pickAddress(nics, macs); found != "" {
				return nil
			}
		}
		return errNoAddress
	})
	return found, err
}

// pickAddress prefers IPv4, and takes addresses of the guest's own NICs only.
func pickAddress(nics []libvirt.DomainInterface, macs []string) string {
	v6 := ""
	for _, nic := range nics {
		if !slices.ContainsFunc(macs, func(mac string) bool { return strings.EqualFold(mac, nic.Hwaddr) }) {
			continue
		}
		for _, a := range nic.Addrs {
			address, err := netip.ParseAddr(a.Addr)
			if err != nil || !address.IsGlobalUnicast() {
				continue
			}
			if address.Is4() {
				return address.String()
			}
			v6 = address.String()
		}
	}
	return v6
}
