// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"fmt"

	"libvirt.org/go/libvirtxml"
)

// Ports that a guest can have: those of a PC, the one of aarch64's `virt`, and
// as many of virtio as libvirt's one controller takes with ease.
const (
	maxSerials        = 4
	maxSerialsARM     = 1
	maxVirtioConsoles = 8
)

// console attaches the serial ports, each a pty for whoever looks; the first
// has a log that lives on over starts, so that the end of a failed boot can be
// shown. Consoles of virtio follow.
func console(s *Spec, d *libvirtxml.Domain) error {
	serials := cmp.Or(s.Platform.Serials, 1)
	limit := maxSerials
	if s.Arch == archARM {
		limit = maxSerialsARM
	}
	if serials < 1 || serials > limit {
		return fmt.Errorf("consoles: %d serial ports, %s has 1 to %d", serials, s.Arch, limit)
	}
	log, err := consoleLog(s.ConsoleLog)
	if err != nil {
		return err
	}
	for i := range uint(serials) {
		port := libvirtxml.DomainSerial{Source: pty(), Target: &libvirtxml.DomainSerialTarget{Port: &i}}
		if i == 0 {
			port.Log = log
		}
		d.Devices.Serials = append(d.Devices.Serials, port)
	}
	// The console is the same device as the first port, and libvirt holds both to one log.
	d.Devices.Consoles = []libvirtxml.DomainConsole{{
		Source: pty(), Target: &libvirtxml.DomainConsoleTarget{Type: "serial", Port: new(uint(0))}, Log: log,
	}}
	return virtioConsoles(s.Platform.VirtioConsoles, d)
}

// virtioConsoles attaches hvc0 and on. Port 1 of the controller is the agent's.
func virtioConsoles(count int, d *libvirtxml.Domain) error {
	if count > maxVirtioConsoles {
		return fmt.Errorf("consoles: %d of virtio, at most %d fit", count, maxVirtioConsoles)
	}
	for i := range uint(max(count, 0)) {
		place := i
		if place >= agentPort {
			place++
		}
		d.Devices.Consoles = append(d.Devices.Consoles, libvirtxml.DomainConsole{
			Source: pty(), Target: &libvirtxml.DomainConsoleTarget{Type: "virtio", Port: new(i + 1)},
			Address: virtioSerialAddress(place),
		})
	}
	return nil
}

func pty() *libvirtxml.DomainChardevSource {
	return &libvirtxml.DomainChardevSource{Pty: &libvirtxml.DomainChardevSourcePty{}}
}

func consoleLog(path string) (*libvirtxml.DomainChardevLog, error) {
	if path == "" {
		return nil, nil
	}
	if err := absolute("console log", path); err != nil {
		return nil, err
	}
	return &libvirtxml.DomainChardevLog{File: path, Append: "on"}, nil
}
