// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"strconv"

	"libvirt.org/go/libvirtxml"
)

// firstCID is the lowest context id of a guest: 2 is the host (vsock(7)).
const firstCID = 3

// vsock is a socket between guest and host, which the host's vhost-vsock carries.
func vsock(s *Spec, d *libvirtxml.Domain) error {
	v := s.Platform.Vsock
	if v == nil {
		return nil
	}
	cid := &libvirtxml.DomainVSockCID{Auto: "yes"}
	if v.CID != 0 {
		if v.CID < firstCID {
			return fmt.Errorf("vsock: context id %d: guests have %d and on", v.CID, firstCID)
		}
		cid = &libvirtxml.DomainVSockCID{Auto: "no", Address: strconv.Itoa(v.CID)}
	}
	d.Devices.VSock = &libvirtxml.DomainVSock{Model: "virtio", CID: cid}
	return nil
}
