// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"strconv"
	"strings"
)

// DiskByID is the stable device path of a data disk in the guest: by-id links
// of virtio-blk, SCSI and ATA (serial) and NVMe (controller serial and nsid; nsid
// 0 when the controller has this one namespace only). The links are udev's
// (60-persistent-storage.rules), the vendor's and model's names in them QEMU's.
func DiskByID(bus, serial string, nsid int) string {
	const byID = "/dev/disk/by-id/"
	switch bus {
	case "virtio":
		return byID + "virtio-" + udevName(serial)
	case "scsi":
		return byID + "scsi-0QEMU_QEMU_HARDDISK_" + udevName(serial)
	case "sata", "ide":
		return byID + "ata-QEMU_HARDDISK_" + udevName(serial)
	}
	link := byID + "nvme-QEMU_NVMe_Ctrl_" + udevName(serial)
	if nsid > 0 {
		link += "_" + strconv.Itoa(nsid)
	}
	return link
}

// DiskByWWN is the stable device path of a SCSI or ATA disk with a World Wide
// Name; a SCSI disk that has one has no link by its serial.
func DiskByWWN(wwn string) string { return "/dev/disk/by-id/wwn-0x" + wwn }

// udevName is a serial as udev puts it into the name of a link: blanks at the
// ends go, others and whatever is not safe there become an underscore.
func udevName(serial string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("#+-.:=@_", r):
			return r
		default:
			return '_'
		}
	}, strings.Join(strings.Fields(serial), "_"))
}
