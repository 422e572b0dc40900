// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// console attaches the serial console: a pty for whoever looks, and a log that
// lives on over starts, so that the end of a failed boot can be shown.
func console(s *Spec, d *libvirtxml.Domain) error {
	var log *libvirtxml.DomainChardevLog
	if s.ConsoleLog != "" {
		if err := absolute("console log", s.ConsoleLog); err != nil {
			return err
		}
		log = &libvirtxml.DomainChardevLog{File: s.ConsoleLog, Append: "on"}
	}
	pty := &libvirtxml.DomainChardevSource{Pty: &libvirtxml.DomainChardevSourcePty{}}
	d.Devices.Serials = []libvirtxml.DomainSerial{{
		Source: pty, Target: &libvirtxml.DomainSerialTarget{Port: new(uint(0))}, Log: log,
	}}
	// The console is the same device as the serial port, and libvirt holds both to one log.
	d.Devices.Consoles = []libvirtxml.DomainConsole{{
		Source: pty, Target: &libvirtxml.DomainConsoleTarget{Type: "serial", Port: new(uint(0))}, Log: log,
	}}
	return nil
}
