// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

func withMerge(fragment string) option {
	return with(func(s *Spec) { s.Escape.Merge = fragment })
}

// escaped is a guest with every way past the vocabulary.
func escaped() Spec {
	return newSpec(withDisk(Disk{Name: "log"}), withMerge(`<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <features><vmcoreinfo state='on'/></features>
  <devices><input type='keyboard' bus='virtio'/></devices>
  <qemu:commandline><qemu:env name='G_MESSAGES_DEBUG' value='all'/></qemu:commandline>
</domain>`), with(func(s *Spec) {
		s.Escape.Args = []string{"-name", "debug-threads=on"}
		s.Escape.Trace, s.Escape.Log = []string{"virtio_blk_*"}, []string{"guest_errors", "unimp"}
		s.Escape.Override = map[string][]Property{
			"ua-log":   {{Name: "discard_granularity", Type: "unsigned", Value: "4096"}, {Name: "write-cache", Type: "remove"}},
			"balloon0": {{Name: "free-page-reporting", Type: "bool", Value: "true"}},
		}
	}))
}

func TestMergeMergesAndAdds(t *testing.T) {
	d := render(t, withMerge(`<domain>
		<title>a &amp; b</title>
		<on_crash>restart</on_crash>
		<features><vmcoreinfo state='on'/></features>
		<cpu><topology sockets='1' cores='2' threads='1'/></cpu>
		<devices>
			<memballoon model='virtio' autodeflate='on'/>
			<rng model='virtio'><backend model='random'>/dev/random</backend></rng>
			<hostdev mode='subsystem' type='usb'><source><address bus='1' device='7'/></source></hostdev>
			<input type='tablet' bus='virtio'><address type='pci' domain='0' bus='0' slot='0x10' function='0'/></input>
		</devices>
	</domain>`))
	assert.Equal(t, d.Title+d.OnCrash+d.OnReboot, "a & brestartrestart")
	assert.Assert(t, d.Features.ACPI != nil && d.Features.VMCoreInfo.State == "on")
	assert.Equal(t, d.CPU.Mode, "maximum")
	assert.Equal(t, d.CPU.Topology.Cores, 2)
	assert.Equal(t, d.Devices.MemBalloon.AutoDeflate, "on")
	assert.Equal(t, len(d.Devices.RNGs), 2)
	assert.Equal(t, len(d.Devices.Interfaces), 1)
}

// TestMergedDevicesGetAPort: a free root port stays free.
func TestMergedDevicesGetAPort(t *testing.T) {
	ports := func(options ...option) int {
		n := 0
		for _, c := range render(t, options...).Devices.Controllers {
			if c.Model == "pcie-root-port" {
				n++
			}
		}
		return n
	}
	assert.Equal(t, ports(withMerge("<domain><devices><input type='tablet' bus='virtio'/></devices></domain>")), ports()+1)
}

func TestMergeRefuses(t *testing.T) {
	for _, tc := range []struct{ name, fragment, want string }{
		{"no XML", "<domain>", "XML syntax error on line 1: unexpected EOF"},
		{"another element", "<network/>", "element <network> is not <domain>"},
		{"name", "<domain><name>b</name></domain>", "<name> is vmprov's own and cannot be changed"},
		{"uuid", "<domain><uuid>b</uuid></domain>", "<uuid> is vmprov's own and cannot be changed"},
		{"metadata", "<domain><metadata/></domain>", "<metadata> is vmprov's own and cannot be changed"},
		{"id", "<domain id='3'/>", "attribute id is libvirt's own"},
		{"text", "<domain>text</domain>", `text "text" is in no element`},
		{"element that is not known", "<domain><features><flux/></features><colour>red</colour></domain>",
			"domain/features/flux, domain/colour: not known here, and would be lost"},
		{"attribute that is not known", "<domain><devices><rng model='virtio' colour='red'><backend model='builtin'/></rng></devices></domain>",
			"domain/devices/rng/@colour: not known here, and would be lost"},
		{"device that is not known", "<domain><devices><flux/></devices></domain>", "domain/devices/flux: not known here, and would be lost"},
		{"prefix of no namespace", "<domain><qemu:commandline><qemu:arg value='-S'/></qemu:commandline></domain>",
			"domain/commandline: not known here, and would be lost"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := XML(newSpec(withMerge(tc.fragment)))
			assert.Assert(t, cmp.Error(err, `render domain "lab-xfs": xml: merge: `+tc.want))
		})
	}
}

func TestOverrideOfTheUser(t *testing.T) {
	// What vmprov sets itself gives way.
	d := render(t, withNVMe("scratch"), with(func(s *Spec) {
		s.Escape.Override = map[string][]Property{"ua-scratch": {{Name: "driver", Type: "string", Value: "megasas"}}}
	}))
	values := map[string]int{}
	for _, device := range d.QEMUOverride.Devices {
		for _, p := range device.Frontend.Properties {
			values[device.Alias+" "+p.Name+"="+p.Value]++
		}
	}
	assert.Equal(t, values["ua-scratch driver=megasas"], 1)
	assert.Equal(t, values["ua-scratch driver=nvme-ns"], 0)

	gone := with(func(s *Spec) {
		s.Escape.Override = map[string][]Property{"ua-gone": {{Name: "a", Type: "remove"}}}
	})
	_, err := XML(newSpec(gone))
	assert.Assert(t, cmp.Error(err, "render domain \"lab-xfs\": qemu: override: no device has the alias `ua-gone` (there are none)"))
	_, err = XML(newSpec(withDisk(Disk{Name: "log"}), withNVMe("scratch"), gone))
	assert.Assert(t, cmp.ErrorContains(err, "no device has the alias `ua-gone` (there are ua-log, ua-nvmeof_scratch, ua-scratch)"))
}
