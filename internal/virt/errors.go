// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"libvirt.org/go/libvirt"
)

// ErrNoDaemon says that no libvirtd answers.
var ErrNoDaemon = errors.New("libvirtd does not answer")

// connectError says what failed, as what and with which hint.
func connectError(uri string, err error) error {
	return fmt.Errorf("connect to %s: %w: %w", uri, ErrNoDaemon, err)
}

// IsNotFound says that a domain, network, pool, volume, metadata or device of
// the host is not there.
func IsNotFound(err error) bool {
	return hasCode(err, libvirt.ERR_NO_DOMAIN, libvirt.ERR_NO_NETWORK, libvirt.ERR_NO_STORAGE_POOL,
		libvirt.ERR_NO_STORAGE_VOL, libvirt.ERR_NO_DOMAIN_METADATA, libvirt.ERR_NO_NETWORK_METADATA,
		libvirt.ERR_NO_NODE_DEVICE)
}

// IsInvalidState says that an operation does not fit the state that an object
// is in, such as a shutdown of a domain that is already off.
func IsInvalidState(err error) bool { return hasCode(err, libvirt.ERR_OPERATION_INVALID) }

// IsDisconnected says that the connection to libvirtd was lost in a call,
// which leaves open whether the call had its effect.
func IsDisconnected(err error) bool {
	var e libvirt.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Domain == libvirt.FROM_RPC || e.Code == libvirt.ERR_RPC
}

// IsBusyPool says that other work on the same pool refused a call
// ("pool has asynchronous jobs running").
func IsBusyPool(err error) bool {
	var e libvirt.Error
	return errors.As(err, &e) && e.Domain == libvirt.FROM_STORAGE && e.Code == libvirt.ERR_INTERNAL_ERROR &&
		strings.Contains(e.Message, "asynchronous jobs running")
}

func hasCode(err error, codes ...libvirt.ErrorNumber) bool {
	var e libvirt.Error
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}
