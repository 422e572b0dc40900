// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"os"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"libvirt.org/go/libvirt"
)

// TestLabResetsNVRAM spoils a guest's firmware variables: an ordinary start
// leaves them, one that resets them takes the template again.
func TestLabResetsNVRAM(t *testing.T) {
	l := newLab(t)
	dom := l.define(t, l.guest(t, withPlatform(func(p *Platform) { p.Firmware.Type = "efi" })))
	const vars = "/var/lib/libvirt/qemu/nvram/vmprov-domain-test_VARS.fd"
	const mark = "left by the system before"
	// The end of the file is no variable's, and the firmware leaves it alone.
	tail := func() string {
		data, err := os.ReadFile(vars)
		assert.NilError(t, err)
		return string(data[len(data)-len(mark):])
	}
	run := func(o StartOptions) {
		assert.NilError(t, StartWith(dom, o, l.version))
		assert.NilError(t, Destroy(dom))
	}
	run(StartOptions{})
	template := tail()
	file, err := os.OpenFile(vars, os.O_WRONLY, 0)
	assert.NilError(t, err)
	info, err := file.Stat()
	assert.NilError(t, err)
	_, err = file.WriteAt([]byte(mark), info.Size()-int64(len(mark)))
	assert.NilError(t, err)
	assert.NilError(t, file.Close())

	run(StartOptions{})
	assert.Equal(t, tail(), mark)
	run(StartOptions{ResetNVRAM: true})
	assert.Equal(t, tail(), template)
}

// TestLabStartsPaused holds a guest for its debugger.
func TestLabStartsPaused(t *testing.T) {
	l := newLab(t)
	dom := l.define(t, l.guest(t))
	assert.NilError(t, StartWith(dom, StartOptions{Paused: true}, l.version))
	state, _, err := dom.GetState()
	assert.NilError(t, err)
	assert.Assert(t, cmp.Equal(state, libvirt.DOMAIN_PAUSED))
}

func TestStartFlags(t *testing.T) {
	all := StartOptions{ResetNVRAM: true, Paused: true}
	assert.Equal(t, all.flags(nvramResetSince), libvirt.DOMAIN_START_RESET_NVRAM|libvirt.DOMAIN_START_PAUSED)
	assert.Equal(t, all.flags(nvramResetSince-1), libvirt.DOMAIN_START_PAUSED)
	assert.Equal(t, StartOptions{}.flags(nvramResetSince), libvirt.DOMAIN_NONE)
}
