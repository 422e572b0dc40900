// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirtxml"
)

func withPlatform(change func(*Platform)) option {
	return with(func(s *Spec) { change(&s.Platform) })
}

// onARM is a guest of aarch64's only machine.
func onARM(s *Spec) { s.Arch, s.Machine = archARM, "virt" }

// onPC is a guest of the machine without PCI Express.
func onPC(s *Spec) { s.Machine = "pc" }

// richPlatform has one of each device that a q35 of libvirt 9.0 can have.
func richPlatform() Platform {
	yes := true
	return Platform{
		RootPorts: 2,
		Firmware:  Firmware{Type: firmwareEFI, SecureBoot: true},
		TPM:       &TPM{}, Watchdog: &Watchdog{Model: watchdogPCI, Action: "poweroff"}, Vsock: &Vsock{CID: 17},
		RNG:   RNG{Source: rngBuiltin, Bytes: 1024, Period: 500},
		Panic: "isa", Serials: 3, VirtioConsoles: 3, USB: "qemu-xhci",
		Graphics: Graphics{Type: "vnc"},
		IOMMU:    &IOMMU{Model: iommuIntel, CachingMode: &yes, IOTLB: &yes, AddressBits: 48},
		GDB:      &GDB{Port: 1234},
	}
}

// arm is a guest with what the machine of aarch64 can have.
func arm() Spec {
	return newSpec(onARM, withNIC(NIC{MAC: "52:54:00:12:34:57", Network: "lab"}), withPlatform(func(p *Platform) {
		p.TPM, p.Watchdog, p.IOMMU = &TPM{}, &Watchdog{Model: watchdogPCI}, &IOMMU{Model: iommuSMMU}
		p.Graphics, p.USB, p.RootPorts, p.VirtioConsoles = Graphics{Type: "vnc", Loopback: true}, "qemu-xhci", 2, 1
	}))
}

func TestFirmware(t *testing.T) {
	features := func(f ...libvirtxml.DomainOSFirmwareFeature) *libvirtxml.DomainOSFirmwareInfo {
		return &libvirtxml.DomainOSFirmwareInfo{Features: f}
	}
	for _, tc := range []struct {
		name     string
		board    option
		given    Firmware
		firmware string
		info     *libvirtxml.DomainOSFirmwareInfo
	}{
		{"nothing", onPC, Firmware{}, "", nil},
		{"bios", onPC, Firmware{Type: "bios"}, "", nil},
		{"efi", with(func(*Spec) {}), Firmware{Type: "efi"}, "efi", features(libvirtxml.DomainOSFirmwareFeature{Enabled: "no", Name: "secure-boot"})},
		{"secure boot", with(func(*Spec) {}), Firmware{Type: "efi", SecureBoot: true}, "efi", features(
			libvirtxml.DomainOSFirmwareFeature{Enabled: "yes", Name: "enrolled-keys"}, libvirtxml.DomainOSFirmwareFeature{Enabled: "yes", Name: "secure-boot"})},
		{"aarch64", onARM, Firmware{}, "efi", features(libvirtxml.DomainOSFirmwareFeature{Enabled: "no", Name: "secure-boot"})},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := render(t, tc.board, withPlatform(func(p *Platform) { p.Firmware = tc.given }))
			assert.Equal(t, d.OS.Firmware, tc.firmware)
			assert.DeepEqual(t, d.OS.FirmwareInfo, tc.info)
			assert.Equal(t, d.OS.Loader != nil && d.OS.Loader.Stateless == "no", tc.firmware == "efi")
		})
	}
	own := render(t, withPlatform(func(p *Platform) {
		p.Firmware = Firmware{Type: "efi", SecureBoot: true, Loader: "/ovmf/code.fd", Template: "/ovmf/vars.fd"}
	}))
	assert.DeepEqual(t, own.OS.Loader, &libvirtxml.DomainLoader{Path: "/ovmf/code.fd", Readonly: "yes", Type: "pflash", Secure: "yes"})
	assert.Equal(t, own.OS.NVRam.Template, "/ovmf/vars.fd")
	assert.Equal(t, own.OS.Firmware+own.Features.SMM.State, "on")
}

func TestHasNVRAM(t *testing.T) {
	for name, tc := range map[string]struct {
		options []option
		want    bool
	}{
		"bios":       {nil, false},
		"efi":        {[]option{withPlatform(func(p *Platform) { p.Firmware.Type = "efi" })}, true},
		"own loader": {[]option{withPlatform(func(p *Platform) { p.Firmware = Firmware{Type: "efi", Loader: "/a"} })}, true},
		"aarch64":    {[]option{onARM}, true},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := XML(newSpec(tc.options...))
			assert.NilError(t, err)
			assert.Equal(t, HasNVRAM(doc), tc.want)
		})
	}
}

func TestConsoles(t *testing.T) {
	d := render(t, withPlatform(func(p *Platform) { p.Serials, p.VirtioConsoles = 2, 3 }))
	assert.Equal(t, len(d.Devices.Serials), 2)
	assert.Assert(t, d.Devices.Serials[0].Log != nil && d.Devices.Serials[1].Log == nil)
	var view []string
	for _, c := range d.Devices.Consoles {
		place := "-"
		if c.Address != nil {
			place = string(rune('0' + *c.Address.VirtioSerial.Port))
		}
		view = append(view, c.Target.Type+" "+place)
	}
	// Port 1 is the agent's.
	assert.DeepEqual(t, view, []string{"serial -", "virtio 0", "virtio 2", "virtio 3"})
}

// TestGraphicsStayOnTheHost: nothing but a socket or loopback is ever written.
func TestGraphicsStayOnTheHost(t *testing.T) {
	for _, kind := range []string{"vnc", "spice"} {
		for _, loopback := range []bool{false, true} {
			doc, err := XML(newSpec(withPlatform(func(p *Platform) { p.Graphics = Graphics{Type: kind, Loopback: loopback} })))
			assert.NilError(t, err)
			_, rest, _ := strings.Cut(doc, "<graphics")
			element, _, _ := strings.Cut(rest, "</graphics>")
			if loopback {
				assert.Check(t, cmp.Contains(element, `<listen type="address" address="127.0.0.1">`))
				assert.Check(t, cmp.Contains(element, `autoport="yes"`))
			} else {
				assert.Check(t, cmp.Contains(element, `<listen type="socket">`))
				assert.Check(t, !strings.Contains(element, "port="), element)
			}
		}
	}
	assert.Equal(t, len(render(t, withPlatform(func(p *Platform) { p.Graphics.Type = "none" })).Devices.Videos), 0)
}

func TestIOMMU(t *testing.T) {
	no := false
	with := func(i *IOMMU) libvirtxml.Domain { return render(t, withPlatform(func(p *Platform) { p.IOMMU = i })) }
	remaps := with(&IOMMU{Model: iommuIntel})
	assert.Equal(t, remaps.Devices.IOMMU.Driver.IntRemap, "on")
	assert.Equal(t, remaps.Features.IOAPIC.Driver, "qemu")
	plain := with(&IOMMU{Model: iommuIntel, Intremap: &no})
	assert.Equal(t, plain.Devices.IOMMU.Driver.IntRemap, "off")
	assert.Assert(t, plain.Features.IOAPIC == nil)
	assert.Assert(t, with(&IOMMU{Model: iommuVirtio}).Devices.IOMMU.Driver == nil)
}

func TestGDB(t *testing.T) {
	args := func(g GDB) []string {
		var out []string
		for _, a := range render(t, withPlatform(func(p *Platform) { p.GDB = &g })).QEMUCommandline.Args {
			out = append(out, a.Value)
		}
		return out
	}
	assert.DeepEqual(t, args(GDB{Port: 4711}), []string{
		"-chardev", "socket,id=vmprov-gdb,server=on,wait=off,host=127.0.0.1,port=4711,ipv4=on,ipv6=off", "-gdb", "chardev:vmprov-gdb"})
	assert.DeepEqual(t, args(GDB{Socket: "/run/a,b"}), []string{
		"-chardev", "socket,id=vmprov-gdb,server=on,wait=off,path=/run/a,,b", "-gdb", "chardev:vmprov-gdb"})
}

func TestHostDevice(t *testing.T) {
	no := false
	d := render(t, with(func(s *Spec) {
		s.HostDevices = []HostDevice{{Name: "nvme", PCI: "0000:03:1f.7", BootOrder: 3}, {Name: "b", PCI: "0a:00.1", Unmanaged: true, ROMBar: &no}}
	}))
	got := d.Devices.Hostdevs
	assert.DeepEqual(t, got[0].SubsysPCI.Source.Address, &libvirtxml.DomainAddressPCI{
		Domain: new(uint(0)), Bus: new(uint(3)), Slot: new(uint(0x1f)), Function: new(uint(7))})
	assert.Equal(t, got[0].Managed+got[0].Alias.Name, "yesua-nvme")
	assert.Equal(t, got[0].Boot.Order, uint(3))
	assert.Equal(t, got[1].Managed+got[1].ROM.Bar, "nooff")
	assert.Equal(t, *got[1].SubsysPCI.Source.Address.Bus, uint(10))
}

// TestNICsOnPC: bus 0 is the only one, and the addresses stay there.
func TestNICsOnPC(t *testing.T) {
	d := render(t, onPC, withNIC(NIC{MAC: "52:54:00:00:00:02", Bridge: "br0"}), withPlatform(func(p *Platform) { p.RootPorts = 4 }))
	assert.DeepEqual(t, d.Devices.Interfaces[0].Address, pciAddress(0, firstNICSlot, 0))
	assert.DeepEqual(t, d.Devices.Interfaces[1].Address, pciAddress(0, firstNICSlot+1, 0))
	for _, c := range d.Devices.Controllers {
		assert.Check(t, c.Model != "pcie-root-port" && c.Model != "pcie-root")
	}
}

func TestPlatformRefuses(t *testing.T) {
	firmware := func(f Firmware) option { return withPlatform(func(p *Platform) { p.Firmware = f }) }
	both := func(a, b option) option { return func(s *Spec) { a(s); b(s) } }
	for _, tc := range []struct {
		name   string
		option option
		want   string
	}{
		{"bios on aarch64", both(onARM, firmware(Firmware{Type: "bios"})), `firmware: aarch64 has no bios, only efi`},
		{"secure boot of bios", firmware(Firmware{SecureBoot: true}), `firmware: bios has no secure boot, loader or template, efi has`},
		{"secure boot of pc", both(onPC, firmware(Firmware{Type: "efi", SecureBoot: true})), `firmware: machine "pc" has no secure boot, q35 has`},
		{"template alone", firmware(Firmware{Type: "efi", Template: "/a"}), `firmware: a template goes with a loader, and there is none`},
		{"relative loader", firmware(Firmware{Type: "efi", Loader: "a"}), `firmware: loader: path "a" is not absolute`},
		{"firmware", firmware(Firmware{Type: "coreboot"}), `firmware "coreboot" is neither bios nor efi`},
		{"tpm-crb on aarch64", both(onARM, withPlatform(func(p *Platform) { p.TPM = &TPM{Model: "tpm-crb"} })), `tpm: aarch64 has no tpm-crb, it has tpm-tis`},
		{"old tpm-crb", withPlatform(func(p *Platform) { p.TPM = &TPM{Version: "1.2"} }), `tpm: tpm-crb is of version 2.0, tpm-tis is of 1.2 too`},
		{"ISA watchdog on aarch64", both(onARM, withPlatform(func(p *Platform) { p.Watchdog = &Watchdog{Model: "ib700"} })),
			`watchdog ib700: libvirt takes none for machine "virt", for pc it does`},
		{"ISA watchdog of q35", withPlatform(func(p *Platform) { p.Watchdog = &Watchdog{Model: "ib700"} }),
			`watchdog ib700: libvirt takes none for machine "q35", for pc it does`},
		{"itco of pc", both(onPC, withPlatform(func(p *Platform) { p.Watchdog = &Watchdog{Model: "itco"} })), `watchdog itco: machine "pc" has none, q35 has`},
		{"context id of the host", withPlatform(func(p *Platform) { p.Vsock = &Vsock{CID: 2} }), `vsock: context id 2: guests have 3 and on`},
		{"rng", withPlatform(func(p *Platform) { p.RNG.Source = "random" }), `rng: path "random" is not absolute (a device of the host, or builtin)`},
		{"period alone", withPlatform(func(p *Platform) { p.RNG.Period = 5 }), `rng: a period goes with a number of bytes`},
		{"ISA panic device on aarch64", both(onARM, withPlatform(func(p *Platform) { p.Panic = "isa" })),
			`panic device isa: aarch64 has no ISA bus, pvpanic does without`},
		{"panic device", withPlatform(func(p *Platform) { p.Panic = "bell" }), `panic device "bell" is not one of none, isa, pvpanic`},
		{"five serial ports", withPlatform(func(p *Platform) { p.Serials = 5 }), `consoles: 5 serial ports, x86_64 has 1 to 4`},
		{"two serial ports on aarch64", both(onARM, withPlatform(func(p *Platform) { p.Serials = 2 })), `consoles: 2 serial ports, aarch64 has 1 to 1`},
		{"nine virtio consoles", withPlatform(func(p *Platform) { p.VirtioConsoles = 9 }), `consoles: 9 of virtio, at most 8 fit`},
		{"graphics", withPlatform(func(p *Platform) { p.Graphics.Type = "x11" }), `graphics "x11" is not one of none, vnc, spice`},
		{"vga on aarch64", both(onARM, withPlatform(func(p *Platform) { p.Graphics = Graphics{Type: "vnc", Video: "vga"} })), `video vga: aarch64 has virtio only`},
		{"intel on aarch64", both(onARM, withPlatform(func(p *Platform) { p.IOMMU = &IOMMU{Model: "intel"} })),
			`iommu intel: machine "virt" of aarch64 has none, only q35 has`},
		{"virtio on pc", both(onPC, withPlatform(func(p *Platform) { p.IOMMU = &IOMMU{Model: "virtio"} })),
			`iommu virtio: machine "pc" has no PCI Express, which it needs`},
		{"smmu on x86", withPlatform(func(p *Platform) { p.IOMMU = &IOMMU{Model: "smmuv3"} }), `iommu smmuv3: x86_64 has none, only aarch64 has`},
		{"iommu", withPlatform(func(p *Platform) { p.IOMMU = &IOMMU{Model: "amd"} }), `iommu amd: not one of intel, virtio, smmuv3`},
		{"width", withPlatform(func(p *Platform) { p.IOMMU = &IOMMU{Model: "intel", AddressBits: 40} }), `iommu intel: addresses of 40 bits: 39 or 48`},
		{"gdb", withPlatform(func(p *Platform) { p.GDB = &GDB{} }), `gdb: one of port and socket must be set`},
		{"relative gdb", withPlatform(func(p *Platform) { p.GDB = &GDB{Socket: "a"} }), `gdb: path "a" is not absolute`},
		{"host device", with(func(s *Spec) { s.HostDevices = []HostDevice{{Name: "a", PCI: "3:0"}} }), `host device "a": "3:0" is no PCI address such as 0000:03:00.0`},
		{"name of a host device", with(func(s *Spec) { s.HostDevices = []HostDevice{{Name: "a_b", PCI: "03:00.0"}} }),
			`host device "a_b": name: only letters, digits and '-' make an alias of libvirt`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := XML(newSpec(tc.option))
			assert.Assert(t, cmp.Error(err, `render domain "lab-xfs": `+tc.want))
		})
	}
}
