// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/domain"
	"vmprov/internal/config"
	"vmprov/internal/virt"
)

func TestHasNVRAM(t *testing.T) {
	for _, tc := range []struct {
		name     string
		spec     config.Guest
		hostArch string
		want     bool
	}{
		{"bios by default", config.Guest{}, "x86_64", false},
		{"efi", config.Guest{Firmware: &config.Firmware{Type: "efi"}}, "x86_64", true},
		{"bios", config.Guest{Firmware: &config.Firmware{Type: "bios"}}, "x86_64", false},
		{"aarch64 of the host", config.Guest{}, "aarch64", true},
		{"aarch64 of the guest", config.Guest{Arch: "aarch64"}, "x86_64", true},
		{"x86_64 on aarch64", config.Guest{Arch: "x86_64"}, "aarch64", false},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.Equal(t, hasNVRAM(tc.spec, tc.hostArch), tc.want) })
	}
}

func TestBoard(t *testing.T) {
	host := virt.Host{Arch: "x86_64", Machine: "q35", Emulator: "/qemu", KVM: true}
	for _, tc := range []struct {
		name string
		spec config.Guest
		want board
	}{
		{"the host's own", config.Guest{}, board{"kvm", "x86_64", "q35", "/qemu"}},
		{"said", config.Guest{Arch: "x86_64"}, board{"kvm", "x86_64", "q35", "/qemu"}},
		{"machine", config.Guest{Machine: "pc-i440fx-7.2", Accelerator: "tcg"}, board{"qemu", "x86_64", "pc-i440fx-7.2", "/qemu"}},
		{"emulated", config.Guest{Arch: "aarch64"}, board{"qemu", "aarch64", "virt", ""}},
		{"emulated machine", config.Guest{Arch: "aarch64", Machine: "virt-7.2"}, board{"qemu", "aarch64", "virt-7.2", ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, rendering{desired: Desired{Host: host}, spec: tc.spec}.board(), tc.want)
		})
	}
}

func TestNested(t *testing.T) {
	yes, no := true, false
	for _, tc := range []struct {
		name    string
		host    virt.Host
		spec    config.Guest
		on, off []string
		fault   string
	}{
		{"not said", virt.Host{Arch: "x86_64"}, config.Guest{CPU: &config.CPU{}}, nil, nil, ""},
		{"intel", virt.Host{Arch: "x86_64", KVM: true, Virtualisation: "vmx"}, config.Guest{CPU: &config.CPU{Nested: &yes}}, []string{"vmx"}, nil, ""},
		{"emulated on intel", virt.Host{Arch: "x86_64", KVM: true, Virtualisation: "vmx"},
			config.Guest{Accelerator: "tcg", CPU: &config.CPU{Nested: &yes}}, []string{"svm"}, nil, ""},
		{"off", virt.Host{Arch: "x86_64", KVM: true, Virtualisation: "svm"}, config.Guest{CPU: &config.CPU{Nested: &no}}, nil, []string{"svm", "vmx"}, ""},
		{"not known", virt.Host{Arch: "x86_64", KVM: true}, config.Guest{CPU: &config.CPU{Nested: &yes}}, nil, nil,
			"cpu: nested: the host's CPU has neither vmx nor svm"},
		{"aarch64", virt.Host{Arch: "aarch64", KVM: true}, config.Guest{CPU: &config.CPU{Nested: &yes}}, nil, nil,
			"cpu: nested: aarch64 has no CPU feature for it, only x86_64 has"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := rendering{desired: Desired{Host: tc.host}, spec: tc.spec}.cpu()
			if tc.fault != "" {
				assert.Error(t, err, tc.fault)
				return
			}
			assert.NilError(t, err)
			assert.DeepEqual(t, got, domain.CPU{NestedOn: tc.on, NestedOff: tc.off})
		})
	}
}

func TestPlatformOfTheSpec(t *testing.T) {
	zero := 0
	p := rendering{spec: config.Guest{}}.platform()
	assert.Equal(t, p.RootPorts, spareRootPorts)
	assert.Equal(t, p.Serials, 1)
	p = rendering{spec: config.Guest{
		Name: "b", RootPorts: &zero, Consoles: &config.Consoles{Virtio: 2}, USB: "qemu-xhci", Panic: "isa",
		Firmware: &config.Firmware{Type: "efi", SecureBoot: true, Loader: "/l", Template: "/t"},
		TPM:      &config.TPM{Model: "tpm-tis", Version: "1.2"}, Watchdog: &config.Watchdog{Model: "ib700", Action: "pause"},
		Vsock: &config.Vsock{CID: 9}, RNG: &config.RNG{Source: "builtin", Bytes: 5, Period: config.Duration(2e9)},
		Graphics: &config.Graphics{Type: "spice", Listen: "loopback", Video: "qxl"}, IOMMU: &config.IOMMU{Model: "intel", AddressBits: 48},
		GDB: &config.GDB{Socket: "/run/{guest}.gdb", Wait: true},
	}}.platform()
	assert.DeepEqual(t, p, domain.Platform{
		Firmware: domain.Firmware{Type: "efi", SecureBoot: true, Loader: "/l", Template: "/t"},
		TPM:      &domain.TPM{Model: "tpm-tis", Version: "1.2"}, Watchdog: &domain.Watchdog{Model: "ib700", Action: "pause"},
		Vsock: &domain.Vsock{CID: 9}, RNG: domain.RNG{Source: "builtin", Bytes: 5, Period: 2000},
		Panic: "isa", Serials: 1, VirtioConsoles: 2, Graphics: domain.Graphics{Type: "spice", Loopback: true, Video: "qxl"},
		USB: "qemu-xhci", IOMMU: &domain.IOMMU{Model: "intel", AddressBits: 48}, GDB: &domain.GDB{Socket: "/run/b.gdb", Wait: true},
	})
}

func TestEscapeOfTheSpec(t *testing.T) {
	spec := config.Guest{
		QEMU: &config.QEMU{
			Args: []string{"-a"}, Trace: []string{"t*"}, Log: []string{"unimp"},
			Override: map[string]map[string]config.Property{"ua-a": {"b": {Type: "remove"}, "a": {Type: "bool", Value: "true"}}},
		},
		XML: &config.XML{Merge: "<domain/>"},
	}
	assert.DeepEqual(t, rendering{spec: spec}.escape(), domain.Escape{
		Args: []string{"-a"}, Trace: []string{"t*"}, Log: []string{"unimp"}, Merge: "<domain/>",
		Override: map[string][]domain.Property{"ua-a": {{Name: "a", Type: "bool", Value: "true"}, {Name: "b", Type: "remove"}}},
	})
	assert.Equal(t, escapeHatches(spec), "qemu.args, qemu.override, xml.merge")
	assert.Equal(t, escapeHatches(config.Guest{QEMU: &config.QEMU{Trace: []string{"t"}}}), "")
}

func TestComputeOfTheSpec(t *testing.T) {
	got, err := rendering{spec: config.Guest{
		MaxCPUs: 8, CurrentMemory: 1 << 20, MaxMemory: &config.MaxMemory{Size: 1 << 30, Slots: 3},
		DIMMs:         []config.DIMM{{Size: 1 << 27, Node: 1}},
		MemoryBacking: &config.MemoryBacking{Source: "file", Hugepages: 1 << 21, Locked: true, NoSharePages: true, Allocation: "immediate"},
		NUMA:          []config.NUMANode{{CPUs: "0-1", Memory: 1 << 28, Distances: map[string]int{"1": 20}, HostNodes: "0"}},
		NUMATune:      &config.NUMATune{Mode: "interleave", Nodeset: "0-1"},
		CPUTune:       &config.CPUTune{VCPUPin: map[string]string{"7": "3"}, EmulatorPin: "1", IOThreadPin: map[string]string{"1": "2"}},
	}}.compute()
	assert.NilError(t, err)
	assert.DeepEqual(t, got, domain.Compute{
		MaxCPUs: 8, CurrentMemory: 1 << 20, MaxMemory: 1 << 30, MaxMemorySlots: 3, DIMMs: []domain.DIMM{{Size: 1 << 27, Node: 1}},
		Backing:   domain.MemoryBacking{Source: "file", Hugepages: 1 << 21, Locked: true, NoSharePages: true, Allocation: "immediate"},
		Nodes:     []domain.NUMANode{{CPUs: "0-1", Memory: 1 << 28, Distances: map[int]int{1: 20}, HostNodes: "0"}},
		HostNodes: "0-1", HostNodesMode: "interleave",
		Pins: domain.Pins{VCPUs: map[int]string{7: "3"}, Emulator: "1", IOThreads: map[int]string{1: "2"}},
	})
	_, err = rendering{spec: config.Guest{CPUTune: &config.CPUTune{VCPUPin: map[string]string{"x": "3"}}}}.compute()
	assert.Error(t, err, `vcpupin: "x" is no number`)
}
