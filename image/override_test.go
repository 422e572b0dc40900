// SPDX-License-Identifier: Apache-2.0

package image

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/event"
)

// withSources is a flake with sources as inputs; its image has the size that
// is in the first one's file.
func withSources(t *testing.T, source string, inputs ...string) string {
	t.Helper()
	folder := t.TempDir()
	var declared strings.Builder
	for _, input := range inputs {
		fmt.Fprintf(&declared, "inputs.%s = { url = \"path:%s\"; flake = false; };\n", input, source)
	}
	text := fmt.Sprintf("{ %s outputs = inputs: { %s }; }\n", declared.String(),
		packages("image", derivation("read -r size < ${inputs."+inputs[0]+"}/size; qemu-img create -q -f qcow2 $out $size")))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "flake.nix"), []byte(text), 0o644))
	return folder
}

// checkout is a source; its name tells it from the ones before it.
func checkout(t *testing.T, size string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "src")
	assert.NilError(t, os.Mkdir(folder, 0o755))
	for name, text := range map[string]string{"size": size + "\n", "unique": rand.Text()} {
		assert.NilError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	return folder
}

func TestBuildWithOverride(t *testing.T) {
	needNix(t)
	folder := withSources(t, checkout(t, "8M"), "fio-src", "kernel-src")
	plain, _, err := built(t, Request{Name: "devel", Flake: folder})
	assert.NilError(t, err)
	assert.Equal(t, plain.VirtualSize, uint64(8<<20))
	assert.Equal(t, plain.Overrides, "")
	lock, err := os.ReadFile(filepath.Join(folder, "flake.lock"))
	assert.NilError(t, err)

	fio, kernel := checkout(t, "16M"), checkout(t, "1M")
	a, seen, err := built(t, Request{Name: "devel", Flake: folder, Overrides: []Override{{"kernel", kernel}, {"fio", fio}}})
	assert.NilError(t, err, seen.texts(event.Progress))
	assert.Equal(t, a.VirtualSize, uint64(16<<20))
	assert.Equal(t, a.Overrides, "fio="+fio+", kernel="+kernel)
	after, err := os.ReadFile(filepath.Join(folder, "flake.lock"))
	assert.NilError(t, err)
	assert.Equal(t, string(after), string(lock), "an override is of one build")
}

// The checkout that the flake declares need not be there.
func TestBuildWithOverrideOfAMissingSource(t *testing.T) {
	needNix(t)
	folder := withSources(t, "/nowhere/at/all", "fio-src")
	a, seen, err := built(t, Request{Name: "devel", Flake: folder, Overrides: []Override{{"fio", checkout(t, "4M")}}})
	assert.NilError(t, err, seen.texts(event.Progress))
	assert.Equal(t, a.VirtualSize, uint64(4<<20))
}

func TestBuildRefusesAnOverride(t *testing.T) {
	needNix(t)
	source := checkout(t, "8M")
	folder := withSources(t, source, "fio-src", "kernel-src")
	for _, tc := range []struct {
		override Override
		want     string
	}{
		{Override{"kmod", source}, "build image devel: override kmod: the flake " + folder + " has no input `kmod-src`: it has fio, kernel (declare it"},
		{Override{"fio", "/nowhere"}, "override fio: stat /nowhere: no such file"},
		{Override{"fio", filepath.Join(source, "size")}, "is not a folder"},
		{Override{"fio", "src"}, "src is not an absolute path"},
		{Override{"fio", "/a b"}, `nix cannot take the path "/a b"`},
		{Override{"fio", "/a#b"}, `nix cannot take the path "/a#b"`},
		{Override{"fio", "/a?b"}, `nix cannot take the path "/a?b"`},
		{Override{"--option", "/"}, "cannot be the name"},
		{Override{"fio-src", "/"}, "give the name without `-src`"},
	} {
		t.Run(tc.override.Name+" "+tc.override.Path, func(t *testing.T) {
			_, _, err := built(t, Request{Name: "devel", Flake: folder, Overrides: []Override{tc.override}})
			assert.ErrorContains(t, err, tc.want)
		})
	}
	_, _, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir()), Overrides: []Override{{"fio", source}}})
	assert.ErrorContains(t, err, "has no input `fio-src`: it declares no such source")
}

func TestUpdate(t *testing.T) {
	needNix(t)
	source := checkout(t, "8M")
	folder := withSources(t, source, "fio-src")
	a, _, err := built(t, Request{Name: "devel", Flake: folder})
	assert.NilError(t, err)
	assert.Equal(t, a.VirtualSize, uint64(8<<20))
	assert.NilError(t, os.WriteFile(filepath.Join(source, "size"), []byte("24M\n"), 0o644))

	var seen events
	assert.NilError(t, Update(t.Context(), Request{Name: "devel", Flake: folder}, seen.sink))
	assert.Equal(t, seen.texts(event.Note), "flake.lock changed: updated fio-src")
	assert.Equal(t, seen.all[len(seen.all)-1].Kind, event.Done)
	a, _, err = built(t, Request{Name: "devel", Flake: folder})
	assert.NilError(t, err)
	assert.Equal(t, a.VirtualSize, uint64(24<<20))

	seen = events{}
	assert.NilError(t, Update(t.Context(), Request{Name: "devel", Flake: folder}, seen.sink))
	assert.Equal(t, seen.texts(event.Note), "", "nothing changed")
}

func TestUpdateFails(t *testing.T) {
	needNix(t)
	err := Update(t.Context(), Request{Name: "devel", Flake: "github:owner/name"}, event.Discard)
	assert.Error(t, err, "update flake of image devel: github:owner/name is not a folder here, so it has no lock file to write")
	var seen events
	err = Update(t.Context(), Request{Name: "devel", Flake: withSources(t, "/nowhere", "fio-src")}, seen.sink)
	assert.ErrorContains(t, err, "update flake of image devel: nix: getting status of '/nowhere'")
	last := seen.all[len(seen.all)-1]
	assert.Assert(t, last.Kind == event.Failed && errors.Is(last.Err, err))
	if !daemonAnswers() {
		folder := flake(t, t.TempDir())
		err = Update(t.Context(), Request{Name: "devel", Flake: folder, User: &User{UID: 4711, GID: 4711, Name: "bob", Home: "/home/bob"}}, event.Discard)
		assert.ErrorContains(t, err, "root does not write into "+folder+", which is bob's")
		_, err = os.Stat(filepath.Join(folder, "flake.lock"))
		assert.ErrorIs(t, err, os.ErrNotExist)
	}
}

func TestUpdateArgs(t *testing.T) {
	assert.DeepEqual(t, updateArgs(version{2, 8}, "path:."), []string{"flake", "update", "path:."})
	assert.DeepEqual(t, updateArgs(version{2, 18}, "."), []string{"flake", "update", "."})
	assert.DeepEqual(t, updateArgs(version{2, 19}, "path:."), []string{"flake", "update", "--flake", "path:."})
	assert.DeepEqual(t, updateArgs(version{2, 31}, "."), []string{"flake", "update", "--flake", "."})
}
