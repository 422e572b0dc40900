// SPDX-License-Identifier: Apache-2.0

package config

const (
	// maxNVMe is how many NVMe controllers a guest has: libvirt numbers
	// controllers of disks with two digits (its schema), and others have some too.
	maxNVMe = 96
	// maxPCI is how many devices behind root ports of their own a guest declares.
	// The board has 176 ports, of which free ones and vmprov's own devices take some.
	maxPCI = 128
	// perSATA is how many disks a SATA controller has.
	perSATA = 6
)

// places checks that the devices of a guest fit on its board.
func (v validator) places(f family) {
	if v.hasBroken(f.at("disks")) || v.hasBroken(f.at("nvme")) {
		return
	}
	onBus := map[Bus]int{}
	controllers := map[string]bool{}
	for _, d := range f.spec.Disks {
		onBus[d.Bus]++
		switch {
		case d.Bus != BusNVMe:
		case d.Controller != "":
			controllers[d.Controller] = true
		case d.Subsystem == "":
			controllers["/"+d.Name] = true
		}
	}
	if f.spec.NVMe != nil {
		for name := range f.spec.NVMe.Controllers {
			controllers[name] = true
		}
	}
	nvme, sata := len(controllers), (onBus[BusSATA]+perSATA-1)/perSATA
	if nvme > maxNVMe {
		v.key(f.at("disks"), "must be on at most %d NVMe controllers, got %d; one `controller` takes %d disks", maxNVMe, nvme, maxNamespaces)
		return
	}
	if n := onBus[BusVirtio] + nvme + sata + len(f.spec.Shares) + len(f.spec.HostDevices); n > maxPCI {
		v.key(f.at("disks"), "must leave the guest with at most %d PCI devices (virtio disks, NVMe and SATA controllers, shares and hostDevices), got %d; "+
			"an nvme `controller`, or bus scsi, takes many disks", maxPCI, n)
	}
}
