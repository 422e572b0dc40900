// SPDX-License-Identifier: Apache-2.0

package virt_test

import (
	"os/exec"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/skip"

	"vmprov/internal/virt"
)

// TestReadProperties asks the QEMU of this machine: a device it has, one it has
// not, and one that it is not asked for.
func TestReadProperties(t *testing.T) {
	emulator, err := exec.LookPath("qemu-system-x86_64")
	skip.If(t, err != nil, "no qemu-system-x86_64")
	host := virt.Host{Local: true, Emulator: emulator}
	assert.NilError(t, host.ReadProperties(t.Context(), "nvme", "no-such-device"))
	p := host.Properties
	assert.Check(t, p.Has("nvme", "serial") && !p.Lacks("nvme", "serial") && !p.LacksDevice("nvme"))
	assert.Check(t, p.Lacks("nvme", "no-such-property") && !p.Has("nvme", "no-such-property"))
	assert.Check(t, p.LacksDevice("no-such-device") && p.Lacks("no-such-device", "serial"))
	assert.Check(t, !p.LacksDevice("nvme-ns") && !p.Lacks("nvme-ns", "nsid") && !p.Has("nvme-ns", "nsid"), "it was not asked for")

	before := host
	assert.NilError(t, host.ReadProperties(t.Context(), "nvme", "nvme-ns"))
	assert.Check(t, host.Properties.Has("nvme-ns", "nsid"))
	assert.Check(t, cmp.Len(before.Properties, 2), "the other value changed with it")
}

func TestReadPropertiesOfNothing(t *testing.T) {
	for name, host := range map[string]virt.Host{
		"remote":  {Emulator: "/no/such/emulator"},
		"no QEMU": {Local: true},
	} {
		assert.Check(t, host.ReadProperties(t.Context(), "nvme"), name)
		assert.Check(t, cmp.Nil(host.Properties), name)
	}
	host := virt.Host{Local: true, Emulator: "/no/such/emulator"}
	assert.ErrorContains(t, host.ReadProperties(t.Context(), "nvme"), "ask /no/such/emulator for the properties of nvme: ")
}

func TestQEMUName(t *testing.T) {
	assert.Equal(t, virt.Host{QEMUVersion: 7002022}.QEMUName(), "QEMU 7.2.22")
}
