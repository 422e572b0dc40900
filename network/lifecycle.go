// SPDX-License-Identifier: Apache-2.0

package network

import (
	"encoding/xml"
	"fmt"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"

	"vmprov/internal/virt"
)

// Define writes a network's definition and makes it start with the host.
func Define(conn *libvirt.Connect, name, text string) error {
	net, err := conn.NetworkDefineXML(text)
	if err != nil {
		return fmt.Errorf("define network `%s`: %w", name, err)
	}
	defer func() { _ = net.Free() }()
	if err := net.SetAutostart(true); err != nil {
		return fmt.Errorf("start network `%s` with the host: %w", name, err)
	}
	return nil
}

// Start starts a network; one that runs is no error.
func Start(conn *libvirt.Connect, name string) error {
	return with(conn, "start", name, func(net *libvirt.Network) error {
		active, err := net.IsActive()
		if err != nil || active {
			return err
		}
		return net.Create()
	})
}

// Remove stops and undefines a network; one that is gone is no error.
func Remove(conn *libvirt.Connect, name string) error {
	err := with(conn, "remove", name, func(net *libvirt.Network) error {
		active, err := net.IsActive()
		if err != nil {
			return err
		}
		if active {
			if err := net.Destroy(); err != nil && !virt.IsInvalidState(err) {
				return err
			}
		}
		return net.Undefine()
	})
	if virt.IsNotFound(err) {
		return nil
	}
	return err
}

// AddHosts adds reservations to the definition and to the running network.
func AddHosts(conn *libvirt.Connect, name string, hosts []Host) error {
	return update(conn, "add reservations to", name, libvirt.NETWORK_UPDATE_COMMAND_ADD_LAST, hosts)
}

// RemoveHosts removes reservations; those that are gone are no error.
func RemoveHosts(conn *libvirt.Connect, name string, hosts []Host) error {
	err := update(conn, "remove reservations from", name, libvirt.NETWORK_UPDATE_COMMAND_DELETE, hosts)
	if virt.IsNotFound(err) {
		return nil
	}
	return err
}

// update changes one reservation after the other. libvirt's word for one that
// is gone when it is to be deleted is the one for an invalid operation.
func update(conn *libvirt.Connect, verb, name string, command libvirt.NetworkUpdateCommand, hosts []Host) error {
	return with(conn, verb, name, func(net *libvirt.Network) error {
		flags := libvirt.NETWORK_UPDATE_AFFECT_CONFIG
		if active, err := net.IsActive(); err != nil {
			return err
		} else if active {
			flags |= libvirt.NETWORK_UPDATE_AFFECT_LIVE
		}
		for _, host := range hosts {
			text, err := hostXML(host)
			if err != nil {
				return err
			}
			err = net.Update(command, libvirt.NETWORK_SECTION_IP_DHCP_HOST, -1, text, flags)
			if err != nil && !(command == libvirt.NETWORK_UPDATE_COMMAND_DELETE && virt.IsInvalidState(err)) {
				return fmt.Errorf("%s (%s): %w", host.Name, host.Address, err)
			}
		}
		return nil
	})
}

func hostXML(host Host) (string, error) {
	text, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"host"`
		libvirtxml.NetworkDHCPHost
	}{NetworkDHCPHost: libvirtxml.NetworkDHCPHost{MAC: host.MAC, Name: host.Name, IP: host.Address.String()}})
	return string(text), err
}

func with(conn *libvirt.Connect, verb, name string, fn func(*libvirt.Network) error) error {
	net, err := conn.LookupNetworkByName(name)
	if err == nil {
		defer func() { _ = net.Free() }()
		err = fn(net)
	}
	if err != nil {
		return fmt.Errorf("%s network `%s`: %w", verb, name, err)
	}
	return nil
}
