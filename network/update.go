// SPDX-License-Identifier: Apache-2.0

package network

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// A change of a reservation is cheap in the definition. In a network that runs
// libvirt also takes down and puts up all of its firewall rules, some 70 runs
// of iptables, and one call changes one reservation. So what is removed is
// removed from the definition alone: the running network goes on to know a MAC
// that nobody has, until its address is given to another.

const (
	definition = libvirt.NETWORK_UPDATE_AFFECT_CONFIG
	running    = libvirt.NETWORK_UPDATE_AFFECT_LIVE
)

// AddHosts adds reservations to the definition and to the running network.
// Those that are there are left, and what is in their way there of guests that
// are gone is replaced.
func AddHosts(conn *libvirt.Connect, name string, hosts []Host) error {
	return with(conn, "add reservations to", name, func(net *libvirt.Network) error {
		return everywhere(net, func(where libvirt.NetworkUpdateFlags) error { return addHosts(net, where, hosts) })
	})
}

// addHosts changes the definition or the running network.
func addHosts(net *libvirt.Network, where libvirt.NetworkUpdateFlags, hosts []Host) error {
	n, err := read(net, where)
	if err != nil {
		return err
	}
	for _, host := range hosts {
		if slices.Contains(n.Hosts, host) {
			continue
		}
		command := libvirt.NETWORK_UPDATE_COMMAND_ADD_LAST
		if where == running {
			if command, err = clear(net, n.Hosts, host); err != nil {
				return err
			}
		}
		if err := updateHost(net, command, where, host); err != nil {
			return err
		}
	}
	return nil
}

// clear makes room for a reservation in the running network: one that is in its
// way is left to be modified, as that is one change and not two.
func clear(net *libvirt.Network, there []Host, host Host) (libvirt.NetworkUpdateCommand, error) {
	isInTheWay := func(other Host) bool {
		return strings.EqualFold(other.MAC, host.MAC) || other.Address == host.Address || host.Name != "" && other.Name == host.Name
	}
	command := libvirt.NETWORK_UPDATE_COMMAND_ADD_LAST
	for _, other := range there {
		switch {
		case !isInTheWay(other):
		case command == libvirt.NETWORK_UPDATE_COMMAND_ADD_LAST:
			command = libvirt.NETWORK_UPDATE_COMMAND_MODIFY
		default:
			if err := updateHost(net, libvirt.NETWORK_UPDATE_COMMAND_DELETE, running, other); err != nil {
				return command, err
			}
		}
	}
	return command, nil
}

// RemoveHosts removes reservations from the definition; those that are gone are
// no error, and neither is a network that is gone.
func RemoveHosts(conn *libvirt.Connect, name string, hosts []Host) error {
	err := with(conn, "remove reservations from", name, func(net *libvirt.Network) error {
		for _, host := range hosts {
			if err := updateHost(net, libvirt.NETWORK_UPDATE_COMMAND_DELETE, definition, host); err != nil {
				return err
			}
		}
		return nil
	})
	if virt.IsNotFound(err) {
		return nil
	}
	return err
}

func updateHost(net *libvirt.Network, command libvirt.NetworkUpdateCommand, where libvirt.NetworkUpdateFlags, host Host) error {
	text, err := hostXML(host)
	if err != nil {
		return err
	}
	if err := update(net, command, libvirt.NETWORK_SECTION_IP_DHCP_HOST, where, text); err != nil {
		return fmt.Errorf("%s (%s): %w", label(host), host.Address, err)
	}
	return nil
}

// label names a reservation.
func label(h Host) string {
	if h.Name == "" {
		return h.MAC
	}
	return h.Name
}

// update changes one thing. libvirt's word for one that is gone when it is to
// be deleted is the one for an invalid operation.
func update(net *libvirt.Network, command libvirt.NetworkUpdateCommand, section libvirt.NetworkUpdateSection, where libvirt.NetworkUpdateFlags, text string) error {
	err := net.Update(command, section, -1, text, where)
	if command == libvirt.NETWORK_UPDATE_COMMAND_DELETE && virt.IsInvalidState(err) {
		return nil
	}
	return err
}

// AddNames adds records to the DNS, of the definition and of the running
// network; those that are there are left, and one with the same name or the
// same address is replaced. This is cheap.
func AddNames(conn *libvirt.Connect, name string, names []Name) error {
	return with(conn, "add names to", name, func(net *libvirt.Network) error {
		return everywhere(net, func(where libvirt.NetworkUpdateFlags) error { return addNames(net, where, names) })
	})
}

// everywhere does something to the definition and to the network that runs.
func everywhere(net *libvirt.Network, do func(libvirt.NetworkUpdateFlags) error) error {
	if err := do(definition); err != nil {
		return err
	}
	active, err := net.IsActive()
	if err != nil || !active {
		return err
	}
	return do(running)
}

func addNames(net *libvirt.Network, where libvirt.NetworkUpdateFlags, names []Name) error {
	n, err := read(net, where)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(n.Names, name) {
			continue
		}
		for _, other := range n.Names {
			if other.Name != name.Name && other.Address != name.Address {
				continue
			}
			if err := updateName(net, libvirt.NETWORK_UPDATE_COMMAND_DELETE, where, other); err != nil {
				return err
			}
		}
		if err := updateName(net, libvirt.NETWORK_UPDATE_COMMAND_ADD_LAST, where, name); err != nil {
			return err
		}
	}
	return nil
}

// RemoveNames removes records from the DNS of the definition and of the running
// network; those that are gone are no error, and neither is a network that is gone.
func RemoveNames(conn *libvirt.Connect, name string, names []Name) error {
	err := with(conn, "remove names from", name, func(net *libvirt.Network) error {
		return everywhere(net, func(where libvirt.NetworkUpdateFlags) error {
			for _, name := range names {
				if err := updateName(net, libvirt.NETWORK_UPDATE_COMMAND_DELETE, where, name); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if virt.IsNotFound(err) {
		return nil
	}
	return err
}

func updateName(net *libvirt.Network, command libvirt.NetworkUpdateCommand, where libvirt.NetworkUpdateFlags, name Name) error {
	text, err := element("host", dnsHost(name))
	if err != nil {
		return err
	}
	if err := update(net, command, libvirt.NETWORK_SECTION_DNS_HOST, where, text); err != nil {
		return fmt.Errorf("%s (%s): %w", name.Name, name.Address, err)
	}
	return nil
}

// read is the definition of a network, or the network as it runs.
func read(net *libvirt.Network, where libvirt.NetworkUpdateFlags) (Network, error) {
	if where == definition {
		return readOne(net)
	}
	text, err := net.GetXMLDesc(0)
	if err != nil {
		return Network{}, fmt.Errorf("read network: %w", err)
	}
	return Parse(text)
}

func hostXML(host Host) (string, error) {
	return element("host", libvirtxml.NetworkDHCPHost{MAC: host.MAC, Name: host.Name, IP: host.Address.String()})
}

// element is one of libvirtxml's types as an element by itself.
func element(name string, value any) (string, error) {
	var out strings.Builder
	err := xml.NewEncoder(&out).EncodeElement(value, xml.StartElement{Name: xml.Name{Local: name}})
	return out.String(), err
}
