// SPDX-License-Identifier: Apache-2.0

package run

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/plan"
	"vmprov/internal/virt"
)

// bootProject is a project on this host whose closures build for real.
func bootProject(t *testing.T) (p *project, events *[]string) {
	t.Helper()
	needNix(t)
	skip.If(t, os.Geteuid() != 0, "NOT TESTED: a build that runs the host's programs needs a store of one's own, so root")
	folder, _ := stateFolder(t)
	events = new([]string)
	p = &project{
		initrds: new(sync.Map),
		folder:  folder, file: &config.File{Project: "p"}, host: virt.Host{Local: true, Arch: "x86_64"},
		env: Env{Emit: func(e event.Event) {
			if e.Kind == event.Note {
				*events = append(*events, e.Text)
			}
		}},
	}
	return p, events
}

// find finds the boots of guests, their closures built or not.
func find(t *testing.T, p *project, guests []config.Guest, build bool) (map[string]plan.Boot, map[string]error) {
	t.Helper()
	p.closures = newClosures(p, build)
	assert.NilError(t, p.closures.getAll(t.Context(), guests))
	return p.findBoots(t.Context(), guests)
}

func quickstart(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../examples/quickstart")
	assert.NilError(t, err)
	return path
}

func TestBootsOfAClosure(t *testing.T) {
	p, events := bootProject(t)
	guests := []config.Guest{
		{Name: "a", Family: "k", Imageless: &config.Imageless{Flake: quickstart(t), Modules: "/lib/modules"}},
		{Name: "b", Family: "k", Imageless: &config.Imageless{Flake: quickstart(t)}},
		{Name: "image", Family: "image", Image: "devel"},
	}
	// Nothing was built before.
	_, unfit := find(t, p, guests, false)
	assert.ErrorContains(t, unfit["a"], "closure `k`: not built")

	boots, unfit := find(t, p, guests, true)
	assert.DeepEqual(t, len(unfit), 0)
	assert.Equal(t, len(boots), 2)
	a := boots["a"]
	assert.Assert(t, strings.HasSuffix(a.Closure, "-vmprov-quickstart-closure"), a.Closure)
	assert.Equal(t, a.Init, a.Closure+"/init")
	assert.Equal(t, a.Kernel.Path, a.Closure+"/kernel")
	assert.Equal(t, a.Modules, "/lib/modules")
	assert.DeepEqual(t, a.Params, []string{"quiet"})
	assert.DeepEqual(t, a.Views, []plan.View{
		{Tag: "store", Source: "/nix/store", Mount: "/run/vmprov/p/store"},
		{Tag: "modules", Source: "/lib/modules", Mount: a.Views[1].Mount},
	})
	assert.Assert(t, strings.HasPrefix(a.Views[1].Mount, "/run/vmprov/p/modules-"), a.Views[1].Mount)
	_, err := os.Stat("/lib/modules/" + a.Release)
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(strings.Join(*events, "\n"), "its options are not checked"))
	assert.Equal(t, boots["b"].Closure, a.Closure)
	assert.Assert(t, boots["b"].Identity() != a.Identity(), "one has modules")

	// Now it is remembered.
	again, unfit := find(t, p, guests, false)
	assert.Equal(t, len(unfit), 0)
	assert.DeepEqual(t, again, boots)

	// A built closure, with a kernel that has its configuration beside it.
	image := "/boot/vmlinuz-" + a.Release
	own := []config.Guest{{Name: "own", Imageless: &config.Imageless{Closure: a.Closure, Kernel: image, Modules: "/lib/modules"}}}
	boots, unfit = find(t, p, own, true)
	assert.Equal(t, len(unfit), 0, "%v", unfit)
	assert.Equal(t, boots["own"].Kernel.Path, image)

	// An initrd without virtiofs, on a kernel that has it as a module.
	empty := filepath.Join(t.TempDir(), "initrd")
	out, err := exec.Command("sh", "-c", `cd "$(dirname "$1")" && echo . | cpio -o -H newc >"$1" 2>/dev/null`, "sh", empty).CombinedOutput()
	assert.NilError(t, err, "%s", out)
	own[0].Imageless.Initrd = empty
	_, unfit = find(t, p, own, true)
	assert.ErrorContains(t, unfit["own"], "CONFIG_VIRTIO_FS=m: the share of the store needs it built in (=y)")
	assert.ErrorContains(t, unfit["own"], "CONFIG_VIRTIO_PCI=m")
	assert.Assert(t, !strings.Contains(unfit["own"].Error(), "DMI_SYSFS"), "the modules have it: %v", unfit["own"])

	// A host key that the guest is given takes one more.
	own[0].Imageless.Modules = ""
	_, unfit = find(t, p, own, true)
	assert.Assert(t, !strings.Contains(unfit["own"].Error(), "FW_CFG_SYSFS"), "%v", unfit["own"])
	own[0].HostKey = config.HostKeyPinned
	_, unfit = find(t, p, own, true)
	assert.ErrorContains(t, unfit["own"], "CONFIG_FW_CFG_SYSFS=m: the pinned host key")
}

func TestBootsRefused(t *testing.T) {
	p, _ := bootProject(t)
	boots, unfit := find(t, p, []config.Guest{{Name: "a", Family: "k", Imageless: &config.Imageless{Flake: quickstart(t)}}}, true)
	assert.Equal(t, len(unfit), 0)
	closure := boots["a"].Closure
	cases := []struct {
		name string
		own  config.Imageless
		want string
	}{
		{"no kernel there", config.Imageless{Closure: closure, Kernel: "/nowhere"}, "imageless: find kernel: /nowhere does not exist (make it, or mend the path in the file)"},
		{"no modules of it", config.Imageless{Closure: closure, Modules: t.TempDir()}, "it has no modules of "},
		{"no closure", config.Imageless{Closure: "/nowhere"}, "read closure /nowhere"},
		{"no initrd there", config.Imageless{Closure: closure, Initrd: "/nowhere"}, "/nowhere: no such file or directory"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, unfit := find(t, p, []config.Guest{{Name: "g", Imageless: &tc.own}}, true)
			assert.ErrorContains(t, unfit["g"], tc.want)
		})
	}
	p.host.Local = false
	_, unfit = find(t, p, []config.Guest{{Name: "g", Imageless: &config.Imageless{Closure: closure}}}, true)
	assert.ErrorContains(t, unfit["g"], "its store is this machine's")
}
