// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"

	"libvirt.org/go/libvirt"
)

// The libvirt versions, as virConnectGetLibVersion counts them (major *
// 1,000,000 + minor * 1,000 + release), that brought a flag of undefine; the
// others are older than anything that is supported.
const (
	checkpointsSince = 5_006_000
	tpmSince         = 8_009_000
)

// undefineEverywhere are the flags that every driver knows.
const undefineEverywhere = libvirt.DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.DOMAIN_UNDEFINE_SNAPSHOTS_METADATA

// Undefine removes the domain's persistent definition with all that libvirt
// keeps beside it: managed save, snapshots' and checkpoints' metadata, and the
// state of its firmware (NVRAM and TPM). Disks are not touched. libVersion is the daemon's, not the client library's.
func Undefine(dom *libvirt.Domain, libVersion uint32) error {
	err := dom.UndefineFlags(undefineFlags(libVersion))
	if errors.Is(err, libvirt.ERR_INVALID_ARG) {
		// A driver that keeps neither checkpoints nor firmware state refuses
		// their flags. Should there be such a thing after all, then libvirt
		// refuses to undefine without its flag, so nothing is lost.
		err = dom.UndefineFlags(undefineEverywhere)
	}
	return wrap("undefine", dom, err)
}

// undefineFlags are the flags that this version knows: libvirt refuses to
// undefine a domain with such a remainder when its flag is missing, and
// refuses a flag that it does not know.
func undefineFlags(libVersion uint32) libvirt.DomainUndefineFlagsValues {
	flags := undefineEverywhere | libvirt.DOMAIN_UNDEFINE_NVRAM
	if libVersion >= checkpointsSince {
		flags |= libvirt.DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
	}
	if libVersion >= tpmSince {
		flags |= libvirt.DOMAIN_UNDEFINE_TPM
	}
	return flags
}
