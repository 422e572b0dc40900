// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// agentChannel is the name that qemu-guest-agent looks for.
const agentChannel = "org.qemu.guest_agent.0"

// agentPort of the controller in serialbus.go: port 0 is kept for consoles.
const agentPort = 1

// agent attaches the guest agent's channel.
func agent(_ *Spec, d *libvirtxml.Domain) error {
	d.Devices.Channels = []libvirtxml.DomainChannel{{
		Source:  &libvirtxml.DomainChardevSource{UNIX: &libvirtxml.DomainChardevSourceUNIX{}},
		Target:  &libvirtxml.DomainChannelTarget{VirtIO: &libvirtxml.DomainChannelTargetVirtIO{Name: agentChannel}},
		Address: virtioSerialAddress(agentPort),
	}}
	return nil
}

// virtioSerialAddress is a port of the controller in serialbus.go.
func virtioSerialAddress(port uint) *libvirtxml.DomainAddress {
	return &libvirtxml.DomainAddress{VirtioSerial: &libvirtxml.DomainAddressVirtioSerial{
		Controller: new(uint(0)), Bus: new(uint(0)), Port: &port,
	}}
}
