// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirt"
)

// TestLabArguments looks at what libvirt makes of guests that this machine
// cannot run: QEMU's own words, for those that matter.
func TestLabArguments(t *testing.T) {
	l := newLab(t)
	for _, tc := range []struct {
		name    string
		options []option
		want    []string
	}{
		{"compute", []option{with(func(s *Spec) {
			s.CPUs, s.Memory, s.Compute, s.IOThreads = 4, 512<<20, richCompute(), 1
			// libvirt looks for the mount of huge pages, which few machines have.
			s.Compute.Backing.Hugepages = 0
		})}, []string{
			"-smp 4,maxcpus=8,sockets=2,dies=1,", "cores=2,threads=2", "EPYC-Milan,avx2=off,svm=on,x2apic=on",
			"slots=4,maxmem=2097152k", "mem-lock=on", "node,nodeid=0,cpus=0-3", "dist,src=0,dst=1,val=21",
			`"prealloc":true`, "pc-dimm",
		}},
		{"host device", []option{with(func(s *Spec) { s.HostDevices = []HostDevice{{Name: "disk", PCI: "0000:03:00.0"}} })}, []string{
			`"driver":"vfio-pci","host":"0000:03:00.0","id":"ua-disk"`,
		}},
		{"vsock", []option{withPlatform(func(p *Platform) { p.Vsock = &Vsock{CID: 17} })}, []string{
			`"driver":"vhost-vsock-pci","id":"vsock0","guest-cid":17`,
		}},
		{"escape", []option{withDisk(Disk{Name: "log"}), with(func(s *Spec) { s.Escape = escaped().Escape })}, []string{
			"-trace 'enable=virtio_blk_*' -d guest_errors,unimp -name debug-threads=on", `"discard_granularity":4096`,
			`"driver":"virtio-keyboard-pci"`, `"free-page-reporting":true`, "vmcoreinfo",
		}},
		{"iommu", []option{withPlatform(func(p *Platform) { p.IOMMU = &IOMMU{Model: iommuIntel} })}, []string{
			"kernel_irqchip=split", `"driver":"intel-iommu","id":"iommu0","intremap":"on"`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc, err := XML(l.guest(t, tc.options...))
			assert.NilError(t, err)
			argv, err := l.conn.DomainXMLToNative("qemu-argv", doc, 0)
			if err != nil && strings.Contains(err.Error(), "VFIO PCI device assignment is not supported by the host") {
				t.Skip("NOT RUN: this libvirt says nothing of VFIO on a machine without an IOMMU")
			}
			assert.NilError(t, err)
			for _, want := range tc.want {
				assert.Check(t, strings.Contains(argv, want), want)
			}
		})
	}
}

// TestLabPlatformStarts starts guests with the devices of the board, no system
// on them, and holds each to its fingerprint; nothing of a guest is left when
// it is undefined.
func TestLabPlatformStarts(t *testing.T) {
	l := newLab(t)
	yes := true
	sockets := filepath.Join(l.dir, "sockets") // QEMU's user makes them
	assert.NilError(t, os.Mkdir(sockets, 0o755))
	assert.NilError(t, os.Chmod(sockets, 0o777))
	efi := withPlatform(func(p *Platform) { p.Firmware.Type, p.TPM = "efi", &TPM{} })
	for _, tc := range []struct {
		name    string
		options []option
	}{
		{"efi and tpm", []option{efi}},
		{"secure boot", []option{efi, withPlatform(func(p *Platform) { p.Firmware.SecureBoot = true })}},
		{"own loader", []option{efi, withPlatform(func(p *Platform) {
			p.Firmware.Loader, p.Firmware.Template = "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"
		})}},
		{"pc", []option{onPC, withShare("results", ""), withPlatform(func(p *Platform) {
			p.Graphics, p.USB = Graphics{Type: "vnc", Loopback: true, Video: "vga"}, "qemu-xhci"
			p.Watchdog = &Watchdog{Model: watchdogISA, Action: "inject-nmi"}
		})}},
		{"board", []option{withPlatform(func(p *Platform) {
			rich := richPlatform()
			rich.Firmware, rich.Vsock, rich.GDB = Firmware{}, nil, &GDB{Socket: filepath.Join(sockets, "gdb")}
			*p = rich
		})}},
		{"other board", []option{withPlatform(func(p *Platform) {
			p.IOMMU, p.Graphics, p.TPM = &IOMMU{Model: iommuVirtio}, Graphics{Type: "vnc", Video: "bochs"}, &TPM{Model: "tpm-tis", Version: "1.2"}
		})}},
		{"memory that grows", []option{withCompute(func(c *Compute) {
			c.MaxCPUs, c.MaxMemory, c.MaxMemorySlots, c.DIMMs = 2, 1<<30, 2, []DIMM{{Size: 128 << 20}}
			c.Backing.Shared, c.CurrentMemory, c.HostNodes = &yes, 100<<20, "0"
		})}},
		{"escape", []option{withDisk(Disk{Name: "log"}), with(func(s *Spec) { s.Escape = escaped().Escape })}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dom := l.define(t, l.guest(t, tc.options...))
			before := inactiveXML(t, dom)
			assert.NilError(t, Start(dom))
			assert.DeepEqual(t, Difference(before, inactiveXML(t, dom)), []string(nil))
			hasState := HasNVRAM(before)
			assert.Check(t, cmp.Equal(len(l.state(t)) > 0, hasState || strings.Contains(before, "<tpm")), l.state(t))
			assert.NilError(t, l.remove(dom))
			assert.Check(t, cmp.Len(l.state(t), 0))
			left, err := os.ReadDir(sockets)
			assert.NilError(t, err)
			assert.Check(t, cmp.Len(left, 0))
		})
	}
}

// state are the files of firmware variables and folders of TPMs.
func (l *lab) state(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"/var/lib/libvirt/qemu/nvram/*", "/var/lib/libvirt/swtpm/*"} {
		found, err := filepath.Glob(pattern)
		assert.NilError(t, err)
		out = append(out, found...)
	}
	return out
}

func inactiveXML(t *testing.T, dom *libvirt.Domain) string {
	t.Helper()
	doc, err := InactiveXML(dom)
	assert.NilError(t, err)
	return doc
}
