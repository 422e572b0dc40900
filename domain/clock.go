// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// clock keeps the guest's hardware clock in UTC. On x86 lost RTC ticks are
// made up for and lost PIT ticks are not, so that time neither lags nor runs
// backwards, and there is no HPET, whose interrupts cost host time at idle.
func clock(s *Spec, d *libvirtxml.Domain) error {
	d.Clock = &libvirtxml.DomainClock{Offset: "utc"}
	if s.Arch == archX86 {
		d.Clock.Timer = []libvirtxml.DomainTimer{
			{Name: "rtc", TickPolicy: "catchup"},
			{Name: "pit", TickPolicy: "delay"},
			{Name: "hpet", Present: "no"},
		}
	}
	return nil
}
