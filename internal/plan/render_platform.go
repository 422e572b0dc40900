// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"time"

	"vmprov/domain"
)

// spareRootPorts are the free root ports of a guest that says nothing.
const spareRootPorts = 4

// board is what a guest's devices sit on.
type board struct {
	// emulator is empty for libvirt's own choice.
	domainType, arch, machine, emulator string
}

// board is the host's own kind unless the guest says otherwise. A guest of
// another architecture is emulated.
func (r rendering) board() board {
	host := r.desired.Host
	domainType, _ := host.DomainType(r.spec.Accelerator)
	b := board{domainType, host.Arch, host.Machine, host.Emulator}
	if arch := r.spec.Arch; arch != "" && arch != host.Arch {
		b = board{domainType: "qemu", arch: arch, machine: map[string]string{"x86_64": "q35", "aarch64": "virt"}[arch]}
	}
	b.machine = cmp.Or(r.spec.Machine, b.machine)
	return b
}

func (r rendering) platform() domain.Platform {
	p := domain.Platform{
		RootPorts: spareRootPorts, USB: r.spec.USB, Panic: r.spec.Panic,
		Serials: 1,
	}
	if r.spec.RootPorts != nil {
		p.RootPorts = *r.spec.RootPorts
	}
	if f := r.spec.Firmware; f != nil {
		p.Firmware = domain.Firmware{Type: f.Type, SecureBoot: f.SecureBoot, Loader: f.Loader, Template: f.Template}
	}
	if t := r.spec.TPM; t != nil {
		p.TPM = &domain.TPM{Model: t.Model, Version: t.Version}
	}
	if w := r.spec.Watchdog; w != nil {
		p.Watchdog = &domain.Watchdog{Model: w.Model, Action: w.Action}
	}
	if v := r.spec.Vsock; v != nil {
		p.Vsock = &domain.Vsock{CID: v.CID}
	}
	if g := r.spec.RNG; g != nil {
		p.RNG = domain.RNG{Source: g.Source, Bytes: g.Bytes, Period: time.Duration(g.Period).Milliseconds()}
	}
	if c := r.spec.Consoles; c != nil {
		p.Serials, p.VirtioConsoles = cmp.Or(c.Serial, 1), c.Virtio
	}
	if g := r.spec.Graphics; g != nil {
		p.Graphics = domain.Graphics{Type: g.Type, Loopback: g.Listen == "loopback", Video: g.Video}
	}
	if i := r.spec.IOMMU; i != nil {
		p.IOMMU = &domain.IOMMU{
			Model: i.Model, Intremap: i.Intremap, CachingMode: i.CachingMode, IOTLB: i.IOTLB, AddressBits: i.AddressBits,
		}
	}
	if g := r.spec.GDB; g != nil {
		p.GDB = &domain.GDB{Port: r.spec.GDBPort(), Socket: r.spec.GDBSocket(), Wait: g.Wait}
	}
	return p
}

func (r rendering) hostDevices() []domain.HostDevice {
	out := make([]domain.HostDevice, 0, len(r.spec.HostDevices))
	for _, d := range r.spec.HostDevices {
		out = append(out, domain.HostDevice{
			Name: d.Name, PCI: d.PCI, Unmanaged: d.Managed != nil && !*d.Managed, ROMBar: d.ROMBar, BootOrder: d.BootOrder,
		})
	}
	return out
}
