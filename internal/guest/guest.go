// SPDX-License-Identifier: Apache-2.0

// Package guest is the guest's side of a domain: the key pair and host keys,
// the systemd credentials that carry keys, host name and mounts into the
// guest, and the ssh that goes back in.
package guest

import "fmt"

// Mount is one line of the guest's fstab.
type Mount struct {
	// Device is a virtiofs tag or a /dev/disk/by-id path.
	Device, Target, Type string
	ReadOnly             bool
	// Makefs formats a blank disk first, with MkfsArgs where given.
	Makefs   bool
	MkfsArgs []string
}

// Credentials are what a guest takes in at boot.
type Credentials struct {
	HostName string
	// AuthorizedKeys are lines of authorized_keys for User.
	AuthorizedKeys []string
	User           string
	Mounts         []Mount
}

// DiskByID is the stable device path of a data disk in the guest, as udev
// makes it: of virtio-blk by its serial, of an NVMe controller's only
// namespace (nsid 0) by the controller's serial, of a namespace among several
// by both.
func DiskByID(bus, serial string, nsid int) string {
	const byID = "/dev/disk/by-id/"
	switch {
	case bus != "nvme":
		return byID + "virtio-" + serial
	case nsid == 0:
		return byID + "nvme-QEMU_NVMe_Ctrl_" + serial
	default:
		return fmt.Sprintf("%snvme-QEMU_NVMe_Ctrl_%s_%d", byID, serial, nsid)
	}
}
