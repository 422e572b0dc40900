// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/config"
	"vmprov/internal/virt"
)

// equipped is a host that has everything that the cases of TestLacks want.
func equipped() virt.Host {
	x86 := virt.BoardFacts{
		Firmware: []string{"efi"}, Secure: true, TPMModels: []string{"tpm-tis", "tpm-crb"}, TPMVersions: []string{"1.2", "2.0"},
		Graphics: []string{"vnc", "spice"}, Videos: []string{"vga", "qxl", "virtio", "bochs"},
		CPUModes: []string{"host-passthrough", "maximum", "host-model", "custom"}, CPUModels: map[string]bool{"EPYC": true},
		MaxCPUs: 288, MemorySources: []string{"file", "anonymous", "memfd"}, VirtioFS: true,
	}
	return virt.Host{
		Local: true, LibVersion: 11005000, Arch: "x86_64", Machine: "q35", KVM: true, VirtioFS: true, ReadOnlyVirtioFS: true,
		NativeNVMe: true, Emulator: "/usr/bin/qemu-system-x86_64", Virtualisation: "svm",
		Facts: virt.Facts{
			Machines: map[string][]string{"x86_64": {"pc", "pc-q35-7.1", "pc-q35-7.2", "q35"}, "aarch64": {"virt", "virt-7.2"}},
			Boards: map[virt.Board]virt.BoardFacts{
				{Arch: "x86_64", Machine: "q35", Type: "kvm"}:    x86,
				{Arch: "aarch64", Machine: "virt", Type: "qemu"}: {Firmware: []string{"efi"}, TPMModels: []string{"tpm-tis"}, TPMVersions: []string{"2.0"}, CPUModes: []string{"maximum", "custom"}, VirtioFS: true},
			},
			Hugepages: map[uint64]virt.Hugepages{2 << 20: {Reserved: 512, Free: 512}},
			PCI: map[string]virt.PCIDevice{
				"0000:03:00.0": {IOMMUGroup: 12}, "0000:04:00.0": {IOMMUGroup: -1, Product: "NVMe SSD"}, "0000:05:00.0": {Missing: true},
			},
		},
	}
}

// TestLacks: each guest runs on the equipped host, and lacks just one thing on
// the host that a case makes of it.
func TestLacks(t *testing.T) {
	board := func(change func(*virt.BoardFacts)) func(*virt.Host) {
		return func(h *virt.Host) {
			for key, facts := range h.Facts.Boards {
				change(&facts)
				h.Facts.Boards[key] = facts
			}
		}
	}
	old := func(h *virt.Host) { h.LibVersion = 8002000 }
	noLocks := func(h *virt.Host) { h.Facts.NoShareLocks = "no locks" }
	for _, tc := range []struct {
		guest string
		host  func(*virt.Host)
		want  string
	}{
		{"arch: aarch64", func(h *virt.Host) { delete(h.Facts.Machines, "aarch64") },
			"`arch`: this host has no emulator for aarch64 (install qemu-system-arm)"},
		{"machine: pc-q35-7.2", func(h *virt.Host) { h.Facts.Machines["x86_64"] = []string{"pc", "pc-q35-6.0", "pc-q35-7.0", "q35"} },
			"`machine`: this host's QEMU has no machine type pc-q35-7.2 (it has pc-q35-6.0, pc-q35-7.0)"},
		{"firmware: efi", board(func(b *virt.BoardFacts) { b.Firmware = nil }),
			"`firmware`: libvirt finds no EFI firmware for x86_64 (install ovmf, or use bios)"},
		{"arch: aarch64, firmware: efi", board(func(b *virt.BoardFacts) { b.Firmware = nil }),
			"`firmware`: libvirt finds no EFI firmware for aarch64 (install qemu-efi-aarch64, or use bios)"},
		{"firmware: {type: efi, secureBoot: true}", board(func(b *virt.BoardFacts) { b.Secure = false }),
			"`firmware.secureBoot`: libvirt finds no EFI firmware with secure boot for x86_64 (install ovmf, or leave it out)"},
		{"tpm: {}", board(func(b *virt.BoardFacts) { b.TPMModels = nil }), "`tpm`: libvirt finds no swtpm (install swtpm and swtpm-tools)"},
		{"tpm: tpm-crb", board(func(b *virt.BoardFacts) { b.TPMModels = []string{"tpm-tis"} }), "`tpm.model`: this QEMU has no tpm-crb for x86_64"},
		{"tpm: {model: tpm-tis, version: '1.2'}", board(func(b *virt.BoardFacts) { b.TPMVersions = []string{"2.0"} }), "`tpm.version`: this host's swtpm has no TPM 1.2"},
		{"vsock: {}", func(h *virt.Host) { h.Facts.NoVhostVsock = "this host has no /dev/vhost-vsock (load it)" },
			"`vsock`: this host has no /dev/vhost-vsock (load it)"},
		{"panic: pvpanic", old, "`panic`: needs libvirt 9.1 or later, this is 8.2 (use isa on x86_64, or none)"},
		{"watchdog: itco", old, "`watchdog`: needs libvirt 9.1 or later, this is 8.2 (use i6300esb)"},
		{"iommu: virtio", old, "`iommu`: needs libvirt 8.3 or later, this is 8.2 (use intel on x86_64)"},
		{"graphics: spice", board(func(b *virt.BoardFacts) { b.Graphics = []string{"vnc"} }),
			"`graphics.type`: this QEMU was built without spice (use vnc, or on Debian install qemu-system-modules-spice)"},
		{"graphics: {type: vnc, video: qxl}", board(func(b *virt.BoardFacts) { b.Videos = []string{"vga", "virtio"} }),
			"`graphics.video`: this QEMU has no qxl (use virtio or vga)"},
		{"cpu: {mode: host-passthrough}", board(func(b *virt.BoardFacts) { b.CPUModes = []string{"maximum"} }),
			"`cpu.mode`: host-passthrough cannot be had with kvm on this host (leave it out, or use maximum)"},
		{"cpu: {model: EPYC}", board(func(b *virt.BoardFacts) { b.CPUModels = map[string]bool{"EPYC": false} }),
			"`cpu.model`: EPYC cannot be had on this host with kvm (`virsh domcapabilities` lists those with usable='yes')"},
		{"cpu: {model: EPYC}", board(func(b *virt.BoardFacts) { b.CPUModels = map[string]bool{"Denverton": true} }),
			"`cpu.model`: this libvirt has no CPU model EPYC (`virsh cpu-models x86_64` lists them)"},
		{"cpu: {nested: true}", func(h *virt.Host) { h.Facts.NoNested = "switched off" }, "`cpu.nested`: switched off"},
		{"cpus: 8", board(func(b *virt.BoardFacts) { b.MaxCPUs = 4 }), "`cpus`: machine q35 has 4 CPUs at most, the guest wants 8"},
		{"memoryBacking: {source: memfd}", board(func(b *virt.BoardFacts) { b.MemorySources = []string{"anonymous"} }),
			"`memoryBacking.source`: this libvirt has no memory of source memfd"},
		{"memory: 1GiB, memoryBacking: {hugepages: 2MiB}", func(h *virt.Host) { h.Facts.Hugepages[2<<20] = virt.Hugepages{Reserved: 511} },
			"`memoryBacking.hugepages`: 512 pages of 2MiB are wanted, the host has 511 reserved (reserve them: sysctl vm.nr_hugepages, or hugepagesz= and hugepages= on its kernel command line)"},
		{"memoryBacking: {hugepages: 2MiB}", func(h *virt.Host) { delete(h.Facts.Hugepages, 2<<20) },
			"`memoryBacking.hugepages`: this host has no pages of 2MiB"},
		{"hostDevices: [{name: ssd, pci: '0000:03:00.0'}]", func(h *virt.Host) { h.Facts.PCI["0000:03:00.0"] = h.Facts.PCI["0000:04:00.0"] },
			"`hostDevices.ssd`: 0000:03:00.0 (NVMe SSD) is in no IOMMU group (enable the IOMMU: VT-d or AMD-Vi in the firmware, and intel_iommu=on on Intel's kernel command line)"},
		{"hostDevices: [{name: ssd, pci: '0000:03:00.0'}]", func(h *virt.Host) { h.Facts.PCI["0000:03:00.0"] = h.Facts.PCI["0000:05:00.0"] },
			"`hostDevices.ssd`: this host has no PCI device 0000:03:00.0 (`virsh nodedev-list --cap pci`, or `lspci -D`, lists them)"},
		{"disks: [{name: d, size: 1GiB, io: io_uring}]", func(h *virt.Host) { h.Facts.NoIOUring = "forbidden" }, "`disks.d.io`: forbidden"},
		{"disks: [{name: d, size: 1GiB, bus: nvme}]", func(h *virt.Host) { h.NativeNVMe, h.LibVersion = false, 8001000 },
			"`disks.d`: this libvirt has neither the nvme bus (11.5) nor <qemu:override> (8.2), one of which NVMe needs"},
		{"shares: [{tag: t, source: /t}]", board(func(b *virt.BoardFacts) { b.VirtioFS = false }),
			"`shares`: this libvirt offers no virtiofs (install virtiofsd)"},
		{"shares: [{tag: t, source: /t}]", board(func(b *virt.BoardFacts) { b.MemorySources = []string{"file", "anonymous"} }),
			"`shares`: this libvirt has no memfd, which a share needs (use `memoryBacking: {source: file}`)"},
		{"shares: [{tag: t, source: /t, threadPool: 4}]", old, "`shares.t.threadPool`: needs libvirt 8.5 or later, this is 8.2 (leave it out)"},
		{"shares: [{tag: t, source: /t, idmap: {uid: [{start: 0, target: 1000, count: 1}]}}]", old,
			"`shares.t.idmap`: needs libvirt 10.0 or later, this is 8.2 (leave it out)"},
		{"shares: [{tag: t, source: /t, posixLock: true, flock: true}]", noLocks, "`shares.t.posixLock`: no locks"},
		{"shares: [{tag: t, source: /t, flock: false}]", noLocks, "`shares.t.flock`: no locks"},
	} {
		t.Run(strings.ReplaceAll(tc.guest, "/", "_"), func(t *testing.T) {
			g, networks := declared(t, "{"+tc.guest+"}")
			host := equipped()
			assert.Equal(t, allSaid(Lacks(g, networks, host)), "", "the host has it all")
			tc.host(&host)
			assert.Equal(t, allSaid(Lacks(g, networks, host)), tc.want)
			assert.Equal(t, allSaid(Lacks(g, networks, virt.Host{Arch: "x86_64", Machine: "q35", KVM: true, NativeNVMe: true})), "", "what is not known is not lacking")
		})
	}
}

func TestLacksKVM(t *testing.T) {
	g, networks := declared(t, "{accelerator: kvm}")
	host := virt.Host{Arch: "x86_64", Machine: "q35", NoKVM: "this host offers no kvm"}
	assert.Equal(t, allSaid(Lacks(g, networks, host)), "`accelerator`: this host offers no kvm (leave it out to run by emulation, which is slow)")
}

func TestFactsWanted(t *testing.T) {
	d := declare(t, "  a: {}\n  b: {}\n  arm: {arch: aarch64, shares: [{tag: t, source: /t, flock: false}]}\n  old: {machine: pc, hostDevices: [{name: ssd, pci: '0000:03:00.0'}]}\n")
	assert.DeepEqual(t, FactsWanted(d.Declared, d.Host), virt.Wanted{
		Boards: []virt.Board{{Arch: "x86_64", Machine: "q35", Type: "kvm"}, {Arch: "aarch64", Machine: "virt", Type: "qemu"}, {Arch: "x86_64", Machine: "pc", Type: "kvm"}},
		PCI:    []string{"0000:03:00.0"}, ShareLocks: true,
	})
}

// TestHostNotes: it is said where only the guest keeps a share read-only.
func TestHostNotes(t *testing.T) {
	g, _ := declared(t, "{shares: [{tag: in, source: /in, readOnly: true}, {tag: out, source: /out}]}")
	assert.DeepEqual(t, HostNotes(g, virt.Host{}),
		[]string{"share `in` is read-only by the guest's own mount alone: only libvirt 11.0 and later refuses its writes itself"})
	assert.Equal(t, len(HostNotes(g, virt.Host{ReadOnlyVirtioFS: true})), 0)
}

// declared is the one guest of a file.
func declared(t *testing.T, guest string) (config.Guest, map[string]config.Network) {
	t.Helper()
	d := declare(t, "  a: "+guest+"\n")
	return d.Declared[0], d.Networks
}

func allSaid(lacks []Lack) string {
	var out []string
	for _, l := range lacks {
		out = append(out, fmt.Sprint(l))
	}
	return strings.Join(out, "\n")
}

// TestHugepagesInUse: it is said where others have the pages at the moment.
func TestHugepagesInUse(t *testing.T) {
	d := declare(t, "  a: {memory: 512MiB, memoryBacking: {hugepages: 2MiB}}\n  b: {memory: 512MiB, memoryBacking: {hugepages: 2MiB}}\n")
	for free, want := range map[uint64]string{
		512: "", 511: "the guests to start want 512 pages of 2MiB, of which the host has 511 free",
	} {
		d.Host.Facts.Hugepages = map[uint64]virt.Hugepages{2 << 20: {Reserved: 512, Free: free}}
		p, err := DiffUp(d, Observed{Pool: emptyPool()}, all(d))
		assert.NilError(t, err)
		assert.Check(t, slices.Contains(p.Notes, want) == (want != ""), "%d free: %q", free, p.Notes)
	}
}

// TestSharesFoldersAreMade: before the guest is defined, and by one action.
func TestSharesFoldersAreMade(t *testing.T) {
	d := declare(t, "  a: {shares: [{tag: one, source: /srv/x, create: true}, {tag: two, source: /srv/x, create: true}]}\n")
	folder := Folder{Path: "/srv/x", Share: "one", Owner: virt.Credential{UID: 1000, GID: 1000}}
	p, err := DiffUp(d, Observed{Pool: emptyPool(), Folders: map[string][]Folder{"a": {folder, folder}}}, all(d))
	assert.NilError(t, err)
	text := explain(p, d)
	made, defined := strings.Index(text, "make folder `/srv/x`"), strings.Index(text, "define domain `p-a`")
	assert.Check(t, made >= 0 && made < defined, text)
	assert.Equal(t, strings.Count(text, "make folder"), 1, text)
}
