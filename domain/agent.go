// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// agentChannel is the name that qemu-guest-agent looks for.
const agentChannel = "org.qemu.guest_agent.0"

// agent attaches the guest agent's channel to the controller of serialbus.go.
// Port 0 is kept for consoles.
func agent(_ *Spec, d *libvirtxml.Domain) error {
	d.Devices.Channels = []libvirtxml.DomainChannel{{
		Source: &libvirtxml.DomainChardevSource{UNIX: &libvirtxml.DomainChardevSourceUNIX{}},
		Target: &libvirtxml.DomainChannelTarget{VirtIO: &libvirtxml.DomainChannelTargetVirtIO{Name: agentChannel}},
		Address: &libvirtxml.DomainAddress{VirtioSerial: &libvirtxml.DomainAddressVirtioSerial{
			Controller: new(uint(0)), Bus: new(uint(0)), Port: new(uint(1)),
		}},
	}}
	return nil
}
