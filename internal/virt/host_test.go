// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"
)

func TestIsLocal(t *testing.T) {
	for _, tc := range []struct {
		uri  string
		want bool
	}{
		{"qemu:///system", true},
		{"qemu:///session", true},
		{"qemu+unix:///system?socket=/run/user/7/libvirt-sock", true},
		{"test:///default", true},
		{"qemu+ssh://host/system", false},
		{"qemu+ssh://ada@host:2222/system?keyfile=/k", false},
		{"qemu+ssh:///system", false},
		{"qemu+tls://host/system", false},
		{"qemu://host/system", false},
		{"qemu", false},
		{"", false},
	} {
		assert.Check(t, isLocal(tc.uri) == tc.want, tc.uri)
	}
}

func TestParseDACLabel(t *testing.T) {
	for _, tc := range []struct {
		label string
		want  Credential
		ok    bool
	}{
		{"+64055:+64055", Credential{64055, 64055}, true},
		{"107:36", Credential{107, 36}, true},
		{"+0:+0", Credential{}, true},
		{"+64055", Credential{}, false},
		{"libvirt-qemu:kvm", Credential{}, false},
		{"+1:kvm", Credential{1, 0}, false},
		{"", Credential{}, false},
	} {
		got, ok := parseDACLabel(tc.label)
		assert.Check(t, ok == tc.ok && got == tc.want, "%q: %v %v", tc.label, got, ok)
	}
}

func TestQEMUUser(t *testing.T) {
	var caps libvirtxml.Caps
	assert.NilError(t, caps.Unmarshal(`<capabilities><host>
		<secmodel><model>apparmor</model><doi>0</doi></secmodel>
		<secmodel><model>dac</model><doi>0</doi><baselabel type='kvm'>+64055:+108</baselabel><baselabel type='qemu'>+1:+1</baselabel></secmodel>
	</host></capabilities>`))
	system := Host{}
	assert.Equal(t, system.qemuUser(caps), Credential{64055, 108})
	assert.Equal(t, system.qemuUser(libvirtxml.Caps{}), Credential{})
}

func TestDomainType(t *testing.T) {
	kvm, none := Host{KVM: true}, Host{NoKVM: "this host offers no kvm"}
	for _, tc := range []struct {
		name        string
		host        Host
		accelerator string
		want        string
		warning     string
	}{
		{"best with kvm", kvm, "", "kvm", ""},
		{"best without", none, "", "qemu", "this host offers no kvm: guests run by emulation (tcg), which is slow"},
		{"kvm", kvm, "kvm", "kvm", ""},
		{"kvm without", none, "kvm", "kvm", "kvm was asked for, but this host offers no kvm"},
		{"tcg with kvm", kvm, "tcg", "qemu", ""},
		{"tcg without", none, "tcg", "qemu", ""},
	} {
		got, warning := tc.host.DomainType(tc.accelerator)
		assert.Check(t, got == tc.want && warning == tc.warning, "%s: %s, %q", tc.name, got, warning)
	}
}

func TestCPUInfo(t *testing.T) {
	const nested = "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vme avx hypervisor vmx_misc\nbugs\t\t: vmx\nvmx flags\t: vnmi\n"
	for _, tc := range []struct {
		name, text, want string
	}{
		{"intel", "processor\t: 0\nflags\t\t: fpu vmx avx\n", "vmx"},
		{"amd", "flags\t\t: fpu svm", "svm"},
		{"the second processor", nested + "processor\t: 1\nflags\t\t: fpu svm\n", "svm"},
		{"nested without", nested, ""},
		{"nothing", "", ""},
	} {
		assert.Check(t, cpuinfoHas(tc.text, "vmx", "svm") == tc.want, tc.name)
	}
}

func TestKVM(t *testing.T) {
	real, why := (&Host{Arch: "x86_64"}).kvm(nil, false)
	assert.Check(t, !real && why == "this host offers no kvm")
	real, why = (&Host{Arch: "aarch64"}).kvm(nil, true)
	assert.Check(t, real && why == "", "other architectures have no flag to look for")
}

func TestGuestTypes(t *testing.T) {
	var caps libvirtxml.Caps
	assert.NilError(t, caps.Unmarshal(`<capabilities>
		<guest><os_type>hvm</os_type><arch name='x86_64'><domain type='qemu'/><domain type='kvm'/></arch></guest>
		<guest><os_type>xen</os_type><arch name='x86_64'><domain type='xen'/></arch></guest>
		<guest><os_type>hvm</os_type><arch name='aarch64'><domain type='tcg'/></arch></guest>
	</capabilities>`))
	assert.DeepEqual(t, guestTypes(caps, "x86_64"), map[string]bool{"qemu": true, "kvm": true})
	assert.DeepEqual(t, guestTypes(caps, "riscv64"), map[string]bool{})
	assert.Equal(t, machineFor("aarch64"), "virt")
	assert.Equal(t, machineFor("x86_64"), "q35")
}

func TestHasEnum(t *testing.T) {
	enums := []libvirtxml.DomainCapsEnum{{Name: "diskDevice", Values: []string{"nvme"}}, {Name: "bus", Values: []string{"virtio", "nvme"}}}
	assert.Check(t, hasEnum(enums, "bus", "nvme"))
	assert.Check(t, !hasEnum(enums, "bus", "ide"))
	assert.Check(t, !hasEnum(enums[:1], "bus", "nvme"))
}

func TestDefaultPoolPath(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	t.Setenv("XDG_DATA_HOME", "/data")
	assert.Equal(t, Host{}.DefaultPoolPath(), "/var/lib/libvirt/images/vmprov")
	assert.Equal(t, Host{Session: true}.DefaultPoolPath(), "/data/libvirt/images/vmprov")
	t.Setenv("XDG_DATA_HOME", "not/absolute")
	assert.Equal(t, Host{Session: true}.DefaultPoolPath(), "/home/ada/.local/share/libvirt/images/vmprov")
}
