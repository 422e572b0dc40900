// SPDX-License-Identifier: Apache-2.0

package run

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/virt"
)

// TestUnbootable: what is wrong with a kernel that the configuration names is
// known without a closure.
func TestUnbootable(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	write("unbuilt/.config", "")
	write("bare/.config", "CONFIG_TMPFS=y\n")
	header := make([]byte, 1024) // a boot image of x86: Documentation/arch/x86/boot.rst
	copy(header[0x1fe:], "\x55\xaa")
	copy(header[0x202:], "HdrS\x0f\x02")
	write("bare/arch/x86/boot/bzImage", string(header))
	p := &project{
		initrds: new(sync.Map),
		file:    &config.File{Project: "p"}, env: Env{Emit: func(event.Event) {}},
		host: virt.Host{Local: true, Arch: "x86_64", Session: true, ReadOnlyVirtioFS: true},
	}
	for _, tc := range []struct {
		name  string
		guest config.Guest
		want  string // empty for nothing
	}{
		{"image", config.Guest{Image: "i"}, ""},
		{"kernel of the closure", config.Guest{Imageless: &config.Imageless{Flake: "f"}}, ""},
		{"no kernel there", config.Guest{Imageless: &config.Imageless{Kernel: dir + "/none"}}, "imageless: find kernel: " + dir + "/none does not exist"},
		{"not built", config.Guest{Imageless: &config.Imageless{Kernel: dir + "/unbuilt"}}, "no arch/x86/boot/bzImage yet"},
		{"no modules there", config.Guest{Imageless: &config.Imageless{Kernel: dir + "/bare", Modules: dir + "/none"}}, "imageless: find modules: " + dir + "/none does not exist"},
		{"options", config.Guest{Imageless: &config.Imageless{Kernel: dir + "/bare"}}, "CONFIG_VIRTIO_FS is not set"},
		{"no closure there", config.Guest{Imageless: &config.Imageless{Closure: dir + "/none"}}, "read closure " + dir + "/none: it does not exist (build it anew"},
		{"kernel of an image guest", config.Guest{Image: "i", Kernel: dir + "/none"}, "find kernel: " + dir + "/none does not exist"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := p.unbootable(tc.guest)
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.ErrorContains(t, err, tc.want)
		})
	}
	// A module may be in the closure's initrd.
	write("bare/.config", "CONFIG_TMPFS=y\nCONFIG_VIRTIO_FS=m\n")
	err := p.unbootable(config.Guest{Imageless: &config.Imageless{Kernel: dir + "/bare"}})
	assert.ErrorContains(t, err, "CONFIG_VIRTIO_PCI is not set")
	assert.Check(t, err == nil || !strings.Contains(err.Error(), "VIRTIO_FS"), err)
	p.host.Local = false
	assert.ErrorContains(t, p.unbootable(config.Guest{Imageless: &config.Imageless{Flake: "f"}}), "its store is this machine's")
}
