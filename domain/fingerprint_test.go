// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// defined is the XML of a guest as libvirt writes it, cut down.
const defined = `<domain type='qemu'>
  <name>a</name>
  <metadata>
    <m:guest xmlns:m="urn:example:mark" project="p"><m:memory>1</m:memory></m:guest>
  </metadata>
  <memory unit='KiB'>524288</memory>
  <currentMemory unit='KiB'>524288</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/srv/a.root.qcow2'/>
      <backingStore type='file'>
        <format type='qcow2'/>
        <source file='/nix/store/a/nixos.qcow2'>
          <seclabel model='dac' relabel='no'/>
        </source>
        <backingStore/>
      </backingStore>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/>
      <source file='/srv/a.log.qcow2'/>
      <target dev='vdb' bus='virtio'/>
      <alias name='ua-log'/>
    </disk>
    <controller type='pci' index='0' model='pcie-root'/>
    <controller type='sata' index='0'/>
    <controller type='pci' index='1' model='pcie-root-port'/>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='lab'/>
    </interface>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:02'/>
      <source bridge='br0'/>
    </interface>
    <memory model='dimm'/>
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
  </devices>
</domain>
`

// TestHandEdits holds Fingerprint and Difference to each other: the one
// changes where the other has something to say, and only there.
func TestHandEdits(t *testing.T) {
	metadata := defined[strings.Index(defined, "  <metadata>"):strings.Index(defined, "  <memory unit")]
	vdb := defined[strings.LastIndex(defined, "    <disk type"):strings.Index(defined, "    <controller")]
	port := "    <controller type='pci' index='1' model='pcie-root-port'/>\n"
	for _, tc := range []struct {
		name, from, to string
		want           []string
	}{
		{"nothing", "", "", nil},
		{"another mark", `project="p"`, `project="q"`, nil},
		{"no mark", metadata, "", nil},
		{"controllers grouped by type", "    <controller type='sata' index='0'/>\n" + port, port + "    <controller type='sata' index='0'/>\n", nil},
		{"setmem", "<currentMemory unit='KiB'>524288<", "<currentMemory unit='KiB'>262144<", []string{"currentMemory: 524288 -> 262144 KiB"}},
		{"setmaxmem", "<memory unit='KiB'>524288<", "<memory unit='KiB'>1048576<", []string{"memory: 524288 -> 1048576 KiB"}},
		{"another unit", "<memory unit='KiB'>524288<", "<memory unit='MiB'>512<", []string{"memory: 524288 KiB -> 512 MiB"}},
		{"setvcpus", ">2</vcpu>", ">4</vcpu>", []string{"vcpu: 2 -> 4"}},
		{"detach-disk", vdb, "", []string{"disk log (vdb) removed"}},
		{"attach-disk", vdb, vdb + strings.ReplaceAll(vdb, "vdb", "vdc"), []string{"disk log (vdc) added"}},
		{"cache", " cache='none'", " cache='unsafe'", []string{"disk log (vdb): driver cache: none -> unsafe"}},
		{"no cache", " cache='none'", "", []string{"disk log (vdb): driver cache: none -> unset"}},
		{"read-only", "<target dev='vdb' bus='virtio'/>", "<target dev='vdb' bus='virtio'/><readonly/>", []string{"disk log (vdb): readonly: unset -> present"}},
		{"another base", "/nix/store/a/", "/nix/store/b/", []string{"disk vda: backingStore source file: /nix/store/a/nixos.qcow2 -> /nix/store/b/nixos.qcow2"}},
		{"network", "network='lab'", "network='default'", []string{"interface 52:54:00:00:00:01: source network: lab -> default"}},
		{"boot", "<boot dev='hd'/>", "<boot dev='network'/><boot dev='hd'/>", []string{"os: boot dev: hd -> network", "os: boot 2 dev: unset -> hd"}},
		{"type", "<domain type='qemu'>", "<domain type='kvm'>", []string{"domain: type: qemu -> kvm"}},
		{"a port that comes with a device", port, port + strings.ReplaceAll(port, "'1'", "'2'") + "    <watchdog model='itco'/>\n", []string{"watchdog added"}},
		{"a port alone", port, "", []string{"controller pci 1 removed"}},
		{"profile that libvirt notes", "version='2.0'/>", "version='2.0'><profile name='default-v1'/></backend>", nil},
		{"profile of a choice", "version='2.0'/>", "version='2.0'><profile source='local:a' name='a'/></backend>",
			[]string{"tpm: backend profile source: unset -> local:a"}},
		{"another TPM", "version='2.0'", "version='1.2'", []string{"tpm: backend version: 2.0 -> 1.2"}},
		{"device of a top element's name", "model='dimm'", "model='nvdimm'", []string{"memory 2: model: dimm -> nvdimm"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Assert(t, strings.Contains(defined, tc.from))
			edited := strings.Replace(defined, tc.from, tc.to, 1)
			assert.DeepEqual(t, Difference(defined, edited), tc.want)
			before, err := Fingerprint(defined)
			assert.NilError(t, err)
			after, err := Fingerprint(edited)
			assert.NilError(t, err)
			assert.Equal(t, before != after, len(tc.want) > 0)
		})
	}
}

func TestFingerprintRefuses(t *testing.T) {
	for _, tc := range []struct{ name, doc, want string }{
		{"another document", "<network/>", "fingerprint domain: element <network> is not <domain>"},
		{"nothing", "", "fingerprint domain: EOF"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Fingerprint(tc.doc)
			assert.Error(t, err, tc.want)
		})
	}
	assert.DeepEqual(t, Difference(defined, "<network/>"), []string{"the definition cannot be read"})
}
