// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"
	"fmt"
	"slices"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// Board is what a guest's devices sit on, for which libvirt is asked what it
// can have: an architecture, a machine type and libvirt's domain type.
type Board struct{ Arch, Machine, Type string }

// Facts are what a host has for guests beyond the common. What was not read,
// or cannot be told from here, is nil or empty, and never lacking.
type Facts struct {
	// Machines are the machine types of each architecture that the host has an
	// emulator for.
	Machines map[string][]string
	// Boards are the boards that were asked for and that libvirt knows.
	Boards map[Board]BoardFacts
	// Hugepages are those of the host by their size in bytes.
	Hugepages map[uint64]Hugepages
	// PCI are the host's devices that were asked for, by their address.
	PCI map[string]PCIDevice
	// NoVhostVsock, NoIOUring and NoNested are why a guest cannot have vsock,
	// `io: io_uring` and nested virtualisation by KVM.
	NoVhostVsock, NoIOUring, NoNested string
	// NoShareLocks is why `posixLock` and `flock` of a share cannot be had.
	NoShareLocks string
}

// BoardFacts are libvirt's domain capabilities of a board.
type BoardFacts struct {
	// Firmware are the kinds that libvirt finds (efi), Secure says that one of
	// them has secure boot.
	Firmware []string
	Secure   bool
	// TPMModels and TPMVersions are empty where there is no swtpm.
	TPMModels, TPMVersions []string
	Graphics, Videos       []string
	// CPUModes are the modes that can be had, CPUModels says of each known model
	// whether it can be had.
	CPUModes  []string
	CPUModels map[string]bool
	MaxCPUs   int
	// MemorySources are those of <memoryBacking>.
	MemorySources []string
	// VirtioFS says that shares can be had.
	VirtioFS bool
}

// Hugepages are the pages of one size that the host has reserved, and those of
// them that nobody uses.
type Hugepages struct{ Reserved, Free uint64 }

// PCIDevice is a device of the host.
type PCIDevice struct {
	Missing bool
	// IOMMUGroup is -1 where the device is in none: it cannot be passed through.
	IOMMUGroup int
	// Product in words, and the host's Driver of it, where known.
	Product, Driver string
}

// Wanted are the facts that guests make worth reading.
type Wanted struct {
	Boards []Board
	// PCI are addresses, such as 0000:03:00.0.
	PCI []string
	// ShareLocks: a share has a word on locks.
	ShareLocks bool
}

// ReadFacts reads what the guests want to know of the host. A board that
// libvirt does not know is left out.
func (c *Client) ReadFacts(ctx context.Context, h *Host, wanted Wanted) error {
	err := c.Look(ctx, func(conn *libvirt.Connect) error {
		h.Facts.readBoards(conn, wanted.Boards)
		h.Facts.readHugepages(conn)
		return h.Facts.readPCI(conn, wanted.PCI)
	})
	if err != nil {
		return fmt.Errorf("read what %s has: %w", h.URI, err)
	}
	if h.Local {
		h.Facts.readMachine(h.Virtualisation)
	}
	if h.Local && wanted.ShareLocks {
		h.Facts.NoShareLocks = noShareLocks(ctx, Virtiofsd())
	}
	return nil
}

// readCapabilities takes what libvirt's capabilities tell.
func (f *Facts) readCapabilities(caps libvirtxml.Caps) {
	f.Machines = map[string][]string{}
	for _, g := range caps.Guests {
		if g.OSType != "hvm" {
			continue
		}
		var names []string
		for _, m := range g.Arch.Machines {
			names = append(names, m.Name)
		}
		for _, d := range g.Arch.Domains {
			for _, m := range d.Machines {
				names = append(names, m.Name)
			}
		}
		slices.Sort(names)
		f.Machines[g.Arch.Name] = slices.Compact(names)
	}
	f.Hugepages = reserved(caps.Host.NUMA)
}

// reserved are the huge pages of all NUMA nodes; the smallest size is no huge page.
func reserved(numa *libvirtxml.CapsHostNUMATopology) map[uint64]Hugepages {
	const kib = 1024
	pages := map[uint64]Hugepages{}
	if numa == nil || numa.Cells == nil {
		return pages
	}
	smallest := uint64(0)
	for _, cell := range numa.Cells.Cells {
		for _, p := range cell.PageInfo {
			size := uint64(p.Size) * kib
			if smallest == 0 || size < smallest {
				smallest = size
			}
			pages[size] = Hugepages{Reserved: pages[size].Reserved + p.Count, Free: pages[size].Free + p.Count}
		}
	}
	delete(pages, smallest)
	return pages
}

// readHugepages reads how many of them are free now; a driver that cannot
// tell leaves them all free.
func (f *Facts) readHugepages(conn *libvirt.Connect) {
	const kib = 1024
	for size, have := range f.Hugepages {
		if have.Reserved == 0 {
			continue
		}
		cells, err := conn.GetFreePages([]uint64{size / kib}, 0, maxCells, 0)
		if err != nil {
			continue
		}
		have.Free = 0
		for _, n := range cells {
			have.Free += n
		}
		f.Hugepages[size] = have
	}
}

// maxCells bounds the NUMA nodes that are asked for at once; libvirt gives
// those that there are.
const maxCells = 1024

func (f *Facts) readBoards(conn *libvirt.Connect, boards []Board) {
	f.Boards = map[Board]BoardFacts{}
	for _, b := range boards {
		if _, known := f.Boards[b]; known {
			continue
		}
		text, err := conn.GetDomainCapabilities("", b.Arch, b.Machine, b.Type, 0)
		if err != nil {
			continue // the test driver has none, and an unknown machine is seen in Machines
		}
		var caps libvirtxml.DomainCaps
		if caps.Unmarshal(text) == nil {
			f.Boards[b] = boardFacts(caps)
		}
	}
}

func boardFacts(caps libvirtxml.DomainCaps) BoardFacts {
	var b BoardFacts
	if caps.OS != nil {
		b.Firmware = values(caps.OS.Enums, "firmware")
		if caps.OS.Loader != nil {
			b.Secure = slices.Contains(values(caps.OS.Loader.Enums, "secure"), "yes")
		}
	}
	if caps.VCPU != nil {
		b.MaxCPUs = int(caps.VCPU.Max)
	}
	if caps.MemoryBacking != nil {
		b.MemorySources = values(caps.MemoryBacking.Enums, "sourceType")
	}
	b.readCPU(caps.CPU)
	b.readDevices(caps.Devices)
	return b
}

func (b *BoardFacts) readCPU(cpu *libvirtxml.DomainCapsCPU) {
	if cpu == nil {
		return
	}
	for _, mode := range cpu.Modes {
		if mode.Supported == "yes" {
			b.CPUModes = append(b.CPUModes, mode.Name)
		}
		if mode.Name != "custom" {
			continue
		}
		b.CPUModels = map[string]bool{}
		for _, m := range mode.Models {
			b.CPUModels[m.Name] = m.Usable != "no"
		}
	}
}

func (b *BoardFacts) readDevices(d *libvirtxml.DomainCapsDevices) {
	if d == nil {
		return
	}
	if d.TPM != nil && slices.Contains(values(d.TPM.Enums, "backendModel"), "emulator") {
		b.TPMModels = values(d.TPM.Enums, "model")
		b.TPMVersions = values(d.TPM.Enums, "backendVersion")
	}
	if d.Graphics != nil {
		b.Graphics = values(d.Graphics.Enums, "type")
	}
	if d.Video != nil {
		b.Videos = values(d.Video.Enums, "modelType")
	}
	if d.FileSystem != nil {
		b.VirtioFS = hasEnum(d.FileSystem.Enums, "driverType", "virtiofs")
	}
}

func values(enums []libvirtxml.DomainCapsEnum, name string) []string {
	for _, e := range enums {
		if e.Name == name {
			return e.Values
		}
	}
	return nil
}
