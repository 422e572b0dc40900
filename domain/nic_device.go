// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"

	"libvirt.org/go/libvirtxml"
)

// modelVirtio is the model of a NIC that names none.
const modelVirtio = "virtio"

// nicModels are those that libvirt's schema and the guests here know.
var nicModels = []string{modelVirtio, "e1000e", "e1000", "rtl8139", "igb"}

// NICXML is one NIC by itself, as virDomainAttachDeviceFlags and
// virDomainUpdateDeviceFlags take it. It has no PCI address: libvirt gives an
// attached one a free root port and knows one to be changed by its MAC.
func NICXML(n NIC) (string, error) {
	for _, t := range nicTexts(n) {
		if err := plain(t.value); err != nil {
			return "", fmt.Errorf("render nic %s: %s: %w", n.MAC, t.device, err)
		}
	}
	device, err := nic(n)
	if err != nil {
		return "", fmt.Errorf("render nic: %w", err)
	}
	return device.Marshal()
}

// nicTexts are the strings of a NIC that reach the XML as they are.
func nicTexts(n NIC) []text {
	return []text{{"network", n.Network}, {"bridge", n.Bridge}, {"direct", n.Direct}}
}

// nic renders a NIC without its place on the bus.
func nic(n NIC) (*libvirtxml.DomainInterface, error) {
	mac, err := net.ParseMAC(n.MAC)
	if err != nil || len(mac) != 6 || mac[0]&1 != 0 {
		return nil, fmt.Errorf("mac %q is no unicast Ethernet address", n.MAC)
	}
	if err := checkNIC(n); err != nil {
		return nil, err
	}
	d := &libvirtxml.DomainInterface{
		MAC:    &libvirtxml.DomainInterfaceMAC{Address: mac.String()},
		Source: nicSource(n),
		Model:  &libvirtxml.DomainInterfaceModel{Type: cmp.Or(n.Model, modelVirtio)},
	}
	if n.Queues > 1 {
		d.Driver = &libvirtxml.DomainInterfaceDriver{Queues: uint(n.Queues)}
	}
	if n.MTU != 0 {
		d.MTU = &libvirtxml.DomainInterfaceMTU{Size: uint(n.MTU)}
	}
	if n.LinkDown {
		d.Link = &libvirtxml.DomainInterfaceLink{State: "down"}
	}
	if n.VLAN != 0 {
		d.VLan = &libvirtxml.DomainInterfaceVLan{Tags: []libvirtxml.DomainInterfaceVLanTag{{ID: uint(n.VLAN)}}}
	}
	if n.BootOrder != 0 {
		d.Boot = &libvirtxml.DomainDeviceBoot{Order: uint(n.BootOrder)}
	}
	if n.OpenVSwitch {
		d.VirtualPort = &libvirtxml.DomainInterfaceVirtualPort{Params: &libvirtxml.DomainInterfaceVirtualPortParams{
			OpenVSwitch: &libvirtxml.DomainInterfaceVirtualPortParamsOpenVSwitch{},
		}}
	}
	if n.Passt {
		d.Backend = &libvirtxml.DomainInterfaceBackend{Type: "passt"}
	}
	for _, f := range n.Forwards {
		d.PortForward = append(d.PortForward, portForward(f))
	}
	return d, nil
}

// checkNIC refuses what libvirt would refuse later, or take without effect.
func checkNIC(n NIC) error {
	sources := 0
	for _, is := range []bool{n.Network != "", n.Bridge != "", n.Direct != "", n.User} {
		if is {
			sources++
		}
	}
	isVirtio := cmp.Or(n.Model, modelVirtio) == modelVirtio
	switch {
	case sources != 1:
		return errors.New("one of network, bridge, direct and user must be set")
	case n.Model != "" && !slices.Contains(nicModels, n.Model):
		return fmt.Errorf("model %q is not one of %v", n.Model, nicModels)
	case n.Queues > 1 && (!isVirtio || n.User):
		return errors.New("queues: only a virtio NIC that is not on a user network has several")
	case n.MTU != 0 && (!isVirtio || n.User || n.Direct != ""):
		return errors.New("mtu: only a virtio NIC on a network or a bridge is told one")
	case n.VLAN != 0 && n.User:
		return errors.New("vlan: a user network has none")
	case n.OpenVSwitch && n.Bridge == "":
		return errors.New("open vswitch: only a bridge is one")
	case n.Passt && !n.User:
		return errors.New("passt: only a user network has it")
	case len(n.Forwards) > 0 && !n.Passt:
		return errors.New("forwards: only a user network by passt has them")
	}
	return nil
}

func nicSource(n NIC) *libvirtxml.DomainInterfaceSource {
	switch {
	case n.Bridge != "":
		return &libvirtxml.DomainInterfaceSource{Bridge: &libvirtxml.DomainInterfaceSourceBridge{Bridge: n.Bridge}}
	case n.Direct != "":
		return &libvirtxml.DomainInterfaceSource{Direct: &libvirtxml.DomainInterfaceSourceDirect{
			Dev: n.Direct, Mode: cmp.Or(n.DirectMode, "bridge"),
		}}
	case n.User:
		return &libvirtxml.DomainInterfaceSource{User: &libvirtxml.DomainInterfaceSourceUser{}}
	default:
		return &libvirtxml.DomainInterfaceSource{Network: &libvirtxml.DomainInterfaceSourceNetwork{Network: n.Network}}
	}
}

func portForward(f Forward) libvirtxml.DomainInterfaceSourcePortForward {
	return libvirtxml.DomainInterfaceSourcePortForward{
		Proto: cmp.Or(f.Protocol, "tcp"), Address: cmp.Or(f.Address, "127.0.0.1"),
		Ranges: []libvirtxml.DomainInterfaceSourcePortForwardRange{{Start: uint(f.Host), To: uint(f.Guest)}},
	}
}
