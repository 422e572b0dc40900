// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// graphics gives the guest a screen. It is never open to the network: it
// listens on a socket that libvirt makes, or on a port of loopback that libvirt
// chooses.
func graphics(s *Spec, d *libvirtxml.Domain) error {
	g := s.Platform.Graphics
	if g.Type == "" || g.Type == "none" {
		return nil
	}
	listen := []libvirtxml.DomainGraphicListener{{Socket: &libvirtxml.DomainGraphicListenerSocket{}}}
	port, auto := 0, ""
	if g.Loopback {
		listen = []libvirtxml.DomainGraphicListener{{Address: &libvirtxml.DomainGraphicListenerAddress{Address: "127.0.0.1"}}}
		port, auto = -1, "yes"
	}
	device := libvirtxml.DomainGraphic{}
	switch g.Type {
	case "vnc":
		device.VNC = &libvirtxml.DomainGraphicVNC{Port: port, AutoPort: auto, Listeners: listen}
	case "spice":
		device.Spice = &libvirtxml.DomainGraphicSpice{AutoPort: auto, Listeners: listen}
	default:
		return fmt.Errorf("graphics %q is not one of none, vnc, spice", g.Type)
	}
	d.Devices.Graphics = []libvirtxml.DomainGraphic{device}
	return video(s, d)
}

// video is the screen's device.
func video(s *Spec, d *libvirtxml.Domain) error {
	model := cmp.Or(s.Platform.Graphics.Video, "virtio")
	if s.Arch == archARM && model != "virtio" {
		return fmt.Errorf("video %s: aarch64 has virtio only", model)
	}
	device := libvirtxml.DomainVideo{Model: libvirtxml.DomainVideoModel{Type: model, Heads: 1, Primary: "yes"}}
	if hasPCIe(s.Machine) {
		// libvirt's own choice is the slot of the NICs.
		device.Address = pciAddress(0, videoSlot, 0)
	}
	d.Devices.Videos = []libvirtxml.DomainVideo{device}
	return nil
}
