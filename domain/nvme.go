// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"slices"
)

// maxNamespaces of one controller, in libvirt and in QEMU.
const maxNamespaces = 256

// nvmeLayout is all NVMe of a guest as the guest sees it. The two renderings,
// native and by override, start from this one value, so that the guest cannot
// tell them apart.
type nvmeLayout struct {
	subsystems  []NVMeSubsystem
	controllers []nvmeController
}

// nvmeController is a controller and the namespaces that are declared on it.
type nvmeController struct {
	NVMeController
	namespaces []nvmeNamespace
	// named says that the file names the controller, and that it is no disk's own.
	named bool
}

// nvmeNamespace is a disk with its number. Private is one of a single
// controller of a subsystem, whose other namespaces are all controllers'.
type nvmeNamespace struct {
	Disk
	nsid    int
	private bool
}

// layNVMe groups the nvme disks of a guest: controllers in the order of their
// first disk, those without any last. A namespace of a whole subsystem is
// declared on the subsystem's first controller, and QEMU gives it to all. An id
// that is not said is the disk's place in its group. Two controllers of one
// serial, outside a subsystem, are an error: Linux drops one.
func layNVMe(s *Spec) (nvmeLayout, error) {
	l := nvmeLayout{subsystems: s.NVMe.Subsystems}
	places := map[string]int{}
	for _, k := range onBus(s.Disks, busNVMe) {
		i, err := l.home(s.NVMe, k)
		if err != nil {
			return l, fmt.Errorf("disk %q: %w", k.Name, err)
		}
		c := &l.controllers[i]
		group := c.group()
		places[group]++
		if z := k.Namespace.Zoned; z != nil && z.RandomWrite != nil {
			// QEMU divides by the size that it was told, before it takes its default.
			k.LogicalBlockSize, k.PhysicalBlockSize = blockSizes(k)
		}
		n := nvmeNamespace{Disk: k, nsid: k.NSID, private: c.Subsystem != "" && k.Subsystem == ""}
		if n.nsid == 0 {
			n.nsid = places[group]
		}
		c.namespaces = append(c.namespaces, n)
	}
	for _, c := range s.NVMe.Controllers {
		l.named(s.NVMe, c.Name)
	}
	return l, l.check()
}

// group is what numbers its namespaces together: a subsystem or a controller.
func (c nvmeController) group() string {
	if c.Subsystem != "" {
		return "subsystem " + c.Subsystem
	}
	return "controller " + c.Serial
}

// home is the controller that a disk is declared on, which it may be the first to name.
func (l *nvmeLayout) home(m NVMe, k Disk) (int, error) {
	switch {
	case k.Controller != "":
		return l.named(m, k.Controller), nil
	case k.Subsystem != "":
		i := slices.IndexFunc(m.Controllers, func(c NVMeController) bool { return c.Subsystem == k.Subsystem })
		if i < 0 {
			return 0, fmt.Errorf("subsystem %q has no controller", k.Subsystem)
		}
		return l.named(m, m.Controllers[i].Name), nil
	}
	l.controllers = append(l.controllers, nvmeController{NVMeController: NVMeController{Serial: k.Serial}})
	return len(l.controllers) - 1, nil
}

// named is the controller of a name, added where it is new.
func (l *nvmeLayout) named(m NVMe, name string) int {
	if i := slices.IndexFunc(l.controllers, func(c nvmeController) bool { return c.named && c.Name == name }); i >= 0 {
		return i
	}
	c := NVMeController{Name: name, Serial: name}
	if i := slices.IndexFunc(m.Controllers, func(c NVMeController) bool { return c.Name == name }); i >= 0 {
		c = m.Controllers[i]
	}
	l.controllers = append(l.controllers, nvmeController{NVMeController: c, named: true})
	return len(l.controllers) - 1
}

// check holds the whole to what libvirt, QEMU and Linux take.
func (l nvmeLayout) check() error {
	if err := l.checkSubsystems(); err != nil {
		return err
	}
	serials, ids := map[string]string{}, map[string]map[int]string{}
	for _, c := range l.controllers {
		if err := checkSerial(c.Serial); err != nil {
			return fmt.Errorf("nvme controller %q: %w", c.Serial, err)
		}
		if c.named && !diskName.MatchString(c.Name) {
			return fmt.Errorf("nvme controller %q: name: only letters, digits and '-' make an alias of libvirt", c.Name)
		}
		if group, taken := serials[c.Serial]; taken && (c.Subsystem == "" || group != c.group()) {
			return fmt.Errorf("nvme controller %q: the serial is taken by another controller", c.Serial)
		}
		serials[c.Serial] = c.group()
		if c.Subsystem != "" && !slices.ContainsFunc(l.subsystems, func(s NVMeSubsystem) bool { return s.Name == c.Subsystem }) {
			return fmt.Errorf("nvme controller %q: there is no subsystem %q", c.Serial, c.Subsystem)
		}
		if ids[c.group()] == nil {
			ids[c.group()] = map[int]string{}
		}
		if err := c.checkNamespaces(ids[c.group()]); err != nil {
			return fmt.Errorf("nvme controller %q: %w", c.Serial, err)
		}
	}
	return nil
}

func (l nvmeLayout) checkSubsystems() error {
	for _, s := range l.subsystems {
		if !diskName.MatchString(s.Name) {
			return fmt.Errorf("nvme subsystem %q: name: only letters, digits and '-' make an alias of libvirt", s.Name)
		}
		if err := plain(s.NQN); err != nil {
			return fmt.Errorf("nvme subsystem %q: nqn: %w", s.Name, err)
		}
	}
	return nil
}

// checkNamespaces adds the ids of a controller to those of its group.
func (c nvmeController) checkNamespaces(ids map[int]string) error {
	if len(c.namespaces) > maxNamespaces {
		return fmt.Errorf("%d namespaces, at most %d fit", len(c.namespaces), maxNamespaces)
	}
	for _, n := range c.namespaces {
		if n.nsid < 1 || n.nsid > maxNamespaces {
			return fmt.Errorf("disk %q: namespace id %d is not from 1 to %d", n.Name, n.nsid, maxNamespaces)
		}
		if other, taken := ids[n.nsid]; taken {
			return fmt.Errorf("disk %q: namespace id %d is that of disk %q", n.Name, n.nsid, other)
		}
		ids[n.nsid] = n.Name
	}
	return nil
}
