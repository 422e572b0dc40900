// SPDX-License-Identifier: Apache-2.0

package run

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/state"
)

// stateFolder is the state folder of a project p in a home of the test's own.
func stateFolder(t *testing.T) (folder *state.Folder, home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
	folder, err := state.Open(state.User{UID: os.Geteuid(), GID: os.Getegid(), Home: home}, "p")
	assert.NilError(t, err)
	return folder, home
}

// TestImagesWithoutABuild mixes what is remembered with ready files, which are
// read at the same time: the race detector watches, and Go's maps do too.
func TestImagesWithoutABuild(t *testing.T) {
	_, err := exec.LookPath("qemu-img")
	skip.If(t, err != nil, "NOT TESTED: qemu-img is not installed")
	folder, home := stateFolder(t)
	raw := filepath.Join(home, "ready.raw")
	assert.NilError(t, os.WriteFile(raw, make([]byte, 4096), 0o600))

	p := &project{env: Env{Emit: event.Discard}, folder: folder, file: &config.File{Project: "p", Images: map[string]config.Image{}}}
	remembered := map[string]built{}
	var guests []config.Guest
	for i := range 16 {
		flake, file := fmt.Sprintf("flake-%d", i), fmt.Sprintf("file-%d", i)
		p.file.Images[flake], p.file.Images[file] = config.Image{Flake: "github:o/r"}, config.Image{File: raw}
		last := built{From: p.file.Images[flake]}
		last.Artifact.Name, last.Artifact.Path = flake, raw
		remembered[flake] = last
		guests = append(guests, config.Guest{Name: flake, Image: flake}, config.Guest{Name: file, Image: file})
	}
	p.remember(remembered)

	images, err := p.images(t.Context(), guests, false)
	assert.NilError(t, err)
	assert.Equal(t, len(images), len(guests))
	for name, artifact := range images {
		assert.Equal(t, artifact.Name, name)
	}
}

// TestImagesBesideOneThatFails: its guests are left out, and every failure is said.
func TestImagesBesideOneThatFails(t *testing.T) {
	_, err := exec.LookPath("qemu-img")
	skip.If(t, err != nil, "NOT TESTED: qemu-img is not installed")
	folder, home := stateFolder(t)
	raw := filepath.Join(home, "ready.raw")
	assert.NilError(t, os.WriteFile(raw, make([]byte, 4096), 0o600))
	p := &project{env: Env{Emit: event.Discard}, folder: folder, file: &config.File{Project: "p", Images: map[string]config.Image{
		"there": {File: raw}, "gone": {File: filepath.Join(home, "gone")}, "lost": {File: filepath.Join(home, "lost")},
	}}}
	guests := []config.Guest{{Name: "a", Image: "there"}, {Name: "b", Image: "gone"}, {Name: "c", Image: "lost"}}

	images, err := p.images(t.Context(), guests, true)
	var failed *multierror.Error
	assert.Assert(t, errors.As(err, &failed))
	assert.Equal(t, len(failed.Errors), 2)
	assert.Equal(t, len(images), 1)
	assert.Equal(t, images["there"].Path, raw)
	assert.NilError(t, p.unfit(guests[0], images))
	assert.Error(t, p.unfit(guests[1], images), "image `gone` could not be had")
}

// TestImagesOf: an image that only a data disk backs on is built too.
func TestImagesOf(t *testing.T) {
	file := &config.File{Images: map[string]config.Image{"i": {File: "/i"}, "k": {File: "/k"}, "unused": {File: "/u"}}}
	guests := []config.Guest{
		{Image: "i", Disks: []config.Disk{{Name: "tools", Image: "k"}, {Name: "same", Image: "i"}, {Name: "log"}}},
		{Disks: []config.Disk{{Name: "tools", Image: "k"}}}, // without an image of its own
	}
	assert.DeepEqual(t, imagesOf(file, guests), map[string]config.Image{"i": {File: "/i"}, "k": {File: "/k"}})
	assert.DeepEqual(t, imageNames(guests[0]), []string{"i", "k"})
}
