// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"
)

const domainCapabilities = `<domainCapabilities>
  <vcpu max='288'/>
  <os supported='yes'>
    <enum name='firmware'><value>efi</value></enum>
    <loader supported='yes'><enum name='secure'><value>yes</value><value>no</value></enum></loader>
  </os>
  <cpu>
    <mode name='host-passthrough' supported='no'/>
    <mode name='maximum' supported='yes'/>
    <mode name='custom' supported='yes'>
      <model usable='yes'>EPYC</model><model usable='no'>Skylake-Server</model><model usable='unknown'>qemu64</model>
    </mode>
  </cpu>
  <memoryBacking supported='yes'><enum name='sourceType'><value>anonymous</value><value>memfd</value></enum></memoryBacking>
  <devices>
    <graphics supported='yes'><enum name='type'><value>vnc</value></enum></graphics>
    <video supported='yes'><enum name='modelType'><value>vga</value></enum></video>
    <filesystem supported='yes'><enum name='driverType'><value>virtiofs</value></enum></filesystem>
    <tpm supported='yes'>
      <enum name='model'><value>tpm-crb</value></enum>
      <enum name='backendModel'><value>passthrough</value></enum>
      <enum name='backendVersion'><value>2.0</value></enum>
    </tpm>
  </devices>
</domainCapabilities>`

func TestBoardFacts(t *testing.T) {
	want := BoardFacts{
		Firmware: []string{"efi"}, Secure: true, Graphics: []string{"vnc"}, Videos: []string{"vga"},
		CPUModes: []string{"maximum", "custom"}, CPUModels: map[string]bool{"EPYC": true, "Skylake-Server": false, "qemu64": true},
		MaxCPUs: 288, MemorySources: []string{"anonymous", "memfd"}, VirtioFS: true,
	}
	var caps libvirtxml.DomainCaps
	assert.NilError(t, caps.Unmarshal(domainCapabilities))
	assert.DeepEqual(t, boardFacts(caps), want) // a TPM of the host's own is no emulated one
	caps.Devices.TPM.Enums[1].Values = append(caps.Devices.TPM.Enums[1].Values, "emulator")
	want.TPMModels, want.TPMVersions = []string{"tpm-crb"}, []string{"2.0"}
	assert.DeepEqual(t, boardFacts(caps), want)
	assert.DeepEqual(t, boardFacts(libvirtxml.DomainCaps{}), BoardFacts{})
}

func TestFactsOfCapabilities(t *testing.T) {
	var caps libvirtxml.Caps
	assert.NilError(t, caps.Unmarshal(`<capabilities>
  <host><topology><cells num='2'>
    <cell id='0'><pages unit='KiB' size='4'>100</pages><pages unit='KiB' size='2048'>3</pages><pages unit='KiB' size='1048576'>0</pages></cell>
    <cell id='1'><pages unit='KiB' size='4'>100</pages><pages unit='KiB' size='2048'>4</pages></cell>
  </cells></topology></host>
  <guest><os_type>hvm</os_type><arch name='x86_64'>
    <machine maxCpus='255'>pc-q35-7.2</machine><machine canonical='pc-q35-7.2'>q35</machine>
    <domain type='qemu'/><domain type='kvm'><machine>pc-i440fx-7.2</machine></domain>
  </arch></guest>
  <guest><os_type>xen</os_type><arch name='i686'><machine>xenpv</machine></arch></guest>
</capabilities>`))
	var f Facts
	f.readCapabilities(caps)
	assert.DeepEqual(t, f.Machines, map[string][]string{"x86_64": {"pc-i440fx-7.2", "pc-q35-7.2", "q35"}})
	assert.DeepEqual(t, f.Hugepages, map[uint64]Hugepages{2 << 20: {Reserved: 7, Free: 7}, 1 << 30: {}})
	assert.Equal(t, len(reserved(nil)), 0)
}

func TestPCIDevice(t *testing.T) {
	assert.Equal(t, nodeDevice("0000:0A:00.1"), "pci_0000_0a_00_1")
	const head = `<device><name>pci_0000_03_00_0</name><driver><name>nvme</name></driver><capability type='pci'><domain>0</domain><bus>3</bus><slot>0</slot><function>0</function><product id='0x1'>SSD</product>`
	for _, tc := range []struct {
		text string
		want PCIDevice
	}{
		{head + `<iommuGroup number='7'><address domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></iommuGroup></capability></device>`, PCIDevice{IOMMUGroup: 7, Product: "SSD", Driver: "nvme"}},
		{head + `</capability></device>`, PCIDevice{IOMMUGroup: -1, Product: "SSD", Driver: "nvme"}},
	} {
		got, err := pciDevice(tc.text)
		assert.NilError(t, err)
		assert.Equal(t, got, tc.want)
	}
	_, err := pciDevice("<domain/>")
	assert.ErrorContains(t, err, "read node device: ")
}

func TestMachineFacts(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, noVhostVsock(filepath.Join(dir, "vsock")), "this host has no "+dir+"/vsock (load the kernel module: modprobe vhost_vsock)")
	assert.Equal(t, noVhostVsock(dir), "")

	parameters := filepath.Join(dir, "kvm_amd", "parameters")
	assert.NilError(t, os.MkdirAll(parameters, 0o755))
	for value, want := range map[string]string{
		"1\n": "", "Y\n": "", "0\n": "KVM on this host has nested virtualisation switched off (modprobe kvm_amd nested=1)",
		"N\n": "KVM on this host has nested virtualisation switched off (modprobe kvm_amd nested=1)",
	} {
		assert.NilError(t, os.WriteFile(filepath.Join(parameters, "nested"), []byte(value), 0o600))
		assert.Check(t, noNested(dir, "svm") == want, value)
	}
	assert.Equal(t, noNested(dir, "vmx"), "", "a host without the module has no KVM")
	assert.Equal(t, noNested(dir, ""), "")
}
