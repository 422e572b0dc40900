// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestCmdline(t *testing.T) {
	b := Boot{Init: "/nix/store/x-system/init", Params: []string{"loglevel=4", "lsm=a,b"}, Own: "nokaslr"}
	assert.Equal(t, b.Cmdline("x86_64"),
		"root=tmpfs rootflags=mode=0755 console=ttyS0,115200 init=/nix/store/x-system/init loglevel=4 lsm=a,b nokaslr")
	assert.Equal(t, Boot{Init: "/i"}.Cmdline("aarch64"), "root=tmpfs rootflags=mode=0755 console=ttyAMA0,115200 init=/i")
}

func TestBootIdentity(t *testing.T) {
	b := Boot{Closure: "/nix/store/a", Kernel: BootFile{Path: "/k", Identity: "k 1"}}
	rebuilt := b
	rebuilt.Kernel.Identity = "k 2"
	assert.Assert(t, b.Identity() != rebuilt.Identity())
	assert.Assert(t, b.Kernel.digest() != rebuilt.Kernel.digest())
	assert.Equal(t, len(b.Kernel.digest()), identityDigits)
	// Where a kernel is copied to does not make it another one.
	staged := b
	staged.Kernel.Stage = true
	assert.Equal(t, b.Identity(), staged.Identity())
}

func TestBootStorePaths(t *testing.T) {
	b := Boot{
		Closure: "/nix/store/a-system",
		Kernel:  BootFile{Path: "/nix/store/b-linux/bzImage"},
		Initrd:  BootFile{Path: "/nix/store/a-system/initrd"},
		Modules: "/nix/store/c-modules/lib/modules",
	}
	assert.DeepEqual(t, b.StorePaths(), []string{"/nix/store/a-system", "/nix/store/b-linux", "/nix/store/c-modules"})
	b.Kernel.Stage = true // a copy needs no root
	assert.DeepEqual(t, b.StorePaths(), []string{"/nix/store/a-system", "/nix/store/c-modules"})
	assert.Equal(t, len(Boot{Kernel: BootFile{Path: "/home/ada/linux/bzImage"}, Modules: "/lib/modules"}.StorePaths()), 0)
	m := Mark{Base: Base{StorePath: "/nix/store/i-image", Boot: &b}, Runs: &Base{StorePath: "/nix/store/r-runs"}}
	assert.DeepEqual(t, m.StorePaths(), []string{"/nix/store/i-image", "/nix/store/a-system", "/nix/store/c-modules", "/nix/store/r-runs"})
}
