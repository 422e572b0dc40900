// SPDX-License-Identifier: Apache-2.0

package run

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/image"
	"vmprov/internal/plan"
)

// withFolder is a project with a state folder of its own.
func withFolder(t *testing.T) *project {
	t.Helper()
	folder, _ := stateFolder(t)
	return &project{file: fileOf(), folder: folder}
}

func held(t *testing.T, p *project) []string {
	t.Helper()
	roots, err := p.folder.Roots()
	assert.NilError(t, err)
	var paths []string
	for _, path := range roots {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// onBases is a guest whose overlay backs on the first, during a recycle the
// overlay before it on the second.
func onBases(paths ...string) plan.ObservedGuest {
	m := plan.Mark{Base: plan.Base{StorePath: paths[0]}}
	if len(paths) > 1 {
		m.PreviousBase = &plan.Base{StorePath: paths[1]}
	}
	return plan.ObservedGuest{Mark: m}
}

func TestLetGo(t *testing.T) {
	p := withFolder(t)
	assert.NilError(t, p.letGo(plan.Observed{}), "no folder yet")
	for _, name := range []string{"used", "previous", "disk", "dropped", "file"} {
		link, err := p.folder.RootPath(name)
		assert.NilError(t, err)
		assert.NilError(t, os.Symlink("/nix/store/"+name, link))
	}
	o := plan.Observed{Guests: map[string]plan.ObservedGuest{"a": onBases("/nix/store/used", "/nix/store/previous"), "b": onBases("")}}
	// A data disk may back on an image too.
	disk := onBases("")
	disk.Mark.Volumes = []plan.Volume{{Name: "p-d.tools.qcow2", Disk: "tools", Base: &plan.Base{StorePath: "/nix/store/disk"}}}
	o.Guests["d"] = disk
	all := held(t, p)
	unread := o
	unread.Broken = []string{"domain `p-c`: read mark: EOF"}
	assert.NilError(t, p.letGo(unread))
	assert.DeepEqual(t, held(t, p), all)
	assert.NilError(t, p.letGo(o))
	assert.DeepEqual(t, held(t, p), []string{"/nix/store/disk", "/nix/store/previous", "/nix/store/used"})
	assert.NilError(t, p.letGo(plan.Observed{}))
	assert.Equal(t, len(held(t, p)), 0)
}

// TestHold: each store path that something backs on or will back on gets a
// root, and a second time nothing is asked of nix.
func TestHold(t *testing.T) {
	_, err := exec.LookPath("nix-store")
	skip.If(t, err != nil, "NOT TESTED: nix-store is not installed")
	p := withFolder(t)
	var paths []string
	for _, name := range []string{"one", "two", "three"} {
		file := filepath.Join(t.TempDir(), "vmprov-test-"+name)
		assert.NilError(t, os.WriteFile(file, []byte(name), 0o600))
		out, err := exec.Command("nix-store", "--add", file).Output()
		skip.If(t, err != nil, "NOT TESTED: nothing can be added to the store: %v", err)
		paths = append(paths, strings.TrimSpace(string(out)))
	}
	t.Cleanup(func() { _ = exec.Command("nix-store", append([]string{"--delete"}, paths...)...).Run() })
	images := map[string]image.Artifact{"i": {StorePath: paths[0]}, "file": {Path: "/images/i"}}
	o := plan.Observed{Guests: map[string]plan.ObservedGuest{"a": onBases(paths[1], paths[2])}}
	assert.NilError(t, p.hold(t.Context(), images, nil, o))
	slices.Sort(paths)
	assert.DeepEqual(t, held(t, p), paths)

	t.Setenv("PATH", "")
	assert.NilError(t, p.hold(t.Context(), images, nil, o), "those that are held")
	assert.ErrorContains(t, p.hold(t.Context(), nil, nil, plan.Observed{Guests: map[string]plan.ObservedGuest{"a": onBases("/nix/store/gone")}}), "hold /nix/store/gone: ")
	assert.DeepEqual(t, held(t, p), paths)
}
