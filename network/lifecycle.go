// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"

	"libvirt.org/go/libvirt"

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
