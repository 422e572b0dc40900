// SPDX-License-Identifier: Apache-2.0

package domain

import "fmt"

// maxNamespaces of one controller, in libvirt and in QEMU.
const maxNamespaces = 256

// nvmeController is one controller as the guest sees it: its serial, and
// namespaces whose ids count from 1 in the order of the disks. The two
// renderings, native and by override, start from this one value, so that the
// guest cannot tell them apart.
type nvmeController struct {
	serial     string
	namespaces []Disk
}

// nvmeControllers groups the nvme disks, controllers in the order of their
// first disk. Two controllers of one serial are an error: Linux drops one.
func nvmeControllers(disks []Disk) ([]nvmeController, error) {
	var out []nvmeController
	named := map[string]int{}
	for _, k := range onBus(disks, busNVMe) {
		if i, ok := named[k.Controller]; ok && k.Controller != "" {
			out[i].namespaces = append(out[i].namespaces, k)
			continue
		}
		serial := k.Serial
		if k.Controller != "" {
			named[k.Controller] = len(out)
			serial = k.Controller
		}
		out = append(out, nvmeController{serial: serial, namespaces: []Disk{k}})
	}
	return out, checkControllers(out)
}

func checkControllers(controllers []nvmeController) error {
	seen := map[string]bool{}
	for _, c := range controllers {
		if err := checkSerial(c.serial); err != nil {
			return fmt.Errorf("nvme controller %q: %w", c.serial, err)
		}
		if seen[c.serial] {
			return fmt.Errorf("nvme controller %q: the serial is taken by another controller", c.serial)
		}
		if len(c.namespaces) > maxNamespaces {
			return fmt.Errorf("nvme controller %q: %d namespaces, at most %d fit", c.serial, len(c.namespaces), maxNamespaces)
		}
		seen[c.serial] = true
	}
	return nil
}
