// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirt"

// nvramResetSince is the libvirt that brought the flag, as it counts versions.
const nvramResetSince = 8_001_000

// StartOptions say how a start differs from the ordinary one.
type StartOptions struct {
	// ResetNVRAM makes the variables of the guest's firmware anew from their
	// template (libvirt 8.1 and later; left out before that).
	ResetNVRAM bool
	// Paused holds the guest before its first instruction, for a debugger that
	// lets it run.
	Paused bool
}

// StartWith boots the domain from its persistent definition. libVersion is the
// daemon's, not the client library's.
func StartWith(dom *libvirt.Domain, o StartOptions, libVersion uint32) error {
	return wrap("start", dom, dom.CreateWithFlags(o.flags(libVersion)))
}

func (o StartOptions) flags(libVersion uint32) libvirt.DomainCreateFlags {
	flags := libvirt.DOMAIN_NONE
	if o.ResetNVRAM && libVersion >= nvramResetSince {
		flags |= libvirt.DOMAIN_START_RESET_NVRAM
	}
	if o.Paused {
		flags |= libvirt.DOMAIN_START_PAUSED
	}
	return flags
}
