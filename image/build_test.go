// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/event"
)

func TestBuildFindsTheImage(t *testing.T) {
	needNix(t)
	for _, tc := range []struct {
		name, attribute string
		outputs         []string
		file, format    string
		size            uint64
	}{
		{"file", "", []string{packages("image", derivation(makeFile))}, "", "qcow2", 16 << 20},
		{"folder as NixOS makes it", "", []string{packages("image", derivation(makeFolder))}, "/nixos.qcow2", "qcow2", 24 << 20},
		{"raw", "", []string{packages("image", derivation(makeRaw))}, "/disk.raw", "raw", 8 << 20},
		{"fallback", "", []string{packages("other", derivation(makeNone)), configuration(derivation(makeFile))}, "", "qcow2", 16 << 20},
		{"package before configuration", "", []string{packages("image", derivation(makeRaw)), configuration(derivation(makeNone))}, "/disk.raw", "raw", 8 << 20},
		{"named package", "disk", []string{packages("disk", derivation(makeFile)), packages("image", derivation(makeNone))}, "", "qcow2", 16 << 20},
		{"named configuration", "nixosConfigurations.vm.config.system.build.image", []string{configuration(derivation(makeFile))}, "", "qcow2", 16 << 20},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, seen, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir(), tc.outputs...), Attribute: tc.attribute})
			assert.NilError(t, err)
			assert.Assert(t, strings.HasPrefix(a.StorePath, "/nix/store/"))
			assert.DeepEqual(t, a, Artifact{Name: "devel", Path: a.StorePath + tc.file, StorePath: a.StorePath, Identity: a.StorePath, Format: tc.format, VirtualSize: tc.size})
			assert.Equal(t, seen.all[0].Kind, event.Started)
			assert.Equal(t, seen.texts(event.Done), a.Path)
			assert.Equal(t, seen.texts(event.Failed), "")
		})
	}
}

func TestBuildWritesTheLogAndTellsProgress(t *testing.T) {
	needNix(t)
	log := filepath.Join(t.TempDir(), "logs", "devel.log")
	_, seen, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir(), packages("image", derivation(makeFile))), Log: log})
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(seen.texts(event.Progress), "> making the image"), "%s", seen.texts(event.Progress))
	text, err := os.ReadFile(log)
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(string(text), "> making the image"), "%s", text)
	info, err := os.Stat(log)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode(), fs.FileMode(0o600))
}

func TestBuildFails(t *testing.T) {
	needNix(t)
	const nixos = "nixosConfigurations.vm.config.system.build.image"
	for _, tc := range []struct {
		name, attribute string
		outputs         []string
		want            []string
	}{
		{"builder", "", []string{packages("image", derivation(makeNoise)), configuration(derivation(makeFile))}, []string{"build image devel: nix: builder for ", "failed with exit code 3"}},
		{"missing attribute", "disk", []string{packages("image", derivation(makeFile))}, []string{"does not provide attribute", "'disk'"}},
		{"no fallback", "", []string{packages("disk", derivation(makeFile))}, []string{"has neither packages.<system>.image nor " + nixos + "; name the output with attribute"}},
		{"evaluation", "", []string{packages("image", `throw "on purpose"`), configuration(derivation(makeFile))}, []string{"nix: on purpose"}},
		{"evaluation above the attribute", "", []string{`packages = throw "on purpose";`, configuration(derivation(makeFile))}, []string{"nix: on purpose"}},
		{"evaluation of the fallback", "", []string{configuration(`throw "on purpose"`)}, []string{"nix: on purpose"}},
		{"syntax", "", []string{"packages = ;"}, []string{"nix: syntax error"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "devel.log")
			_, seen, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir(), tc.outputs...), Attribute: tc.attribute, Log: log})
			var build *BuildError
			assert.Assert(t, errors.As(err, &build), "%v", err)
			for _, want := range append(tc.want, "the build log is "+log) {
				assert.ErrorContains(t, err, want)
			}
			assert.Assert(t, build.Tail != "")
			last := seen.all[len(seen.all)-1]
			assert.Equal(t, last.Kind, event.Failed)
			assert.Equal(t, last.Err, err)
		})
	}
}

func TestBuildFailureShowsTheEndOfTheLog(t *testing.T) {
	needNix(t)
	_, _, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir(), packages("image", derivation(makeNoise)))})
	var build *BuildError
	assert.Assert(t, errors.As(err, &build), "%v", err)
	tail := strings.Split(build.Tail, "\n")
	assert.Equal(t, len(tail), tailLines)
	assert.Assert(t, strings.Contains(build.Tail, "line 59"), "%s", build.Tail)
	assert.Assert(t, !strings.Contains(build.Tail, "line 5\n"), "%s", build.Tail)
}

func TestBuildRefusesAnOutputWithoutOneImage(t *testing.T) {
	needNix(t)
	for _, tc := range []struct{ name, script, want string }{
		{"none", makeNone, "holds 0 images (.qcow2, .img, .raw), want one; there is: README, disk.img.zst"},
		{"two", makeTwo, "holds 2 images (.qcow2, .img, .raw), want one; there is: a.img, b.qcow2"},
		{"link out of the store", `ln -s /etc/passwd $out`, "leads out of the store, to /etc/passwd"},
		{"another format", `qemu-img create -q -f vmdk $out 1M`, "its format is vmdk"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir(), packages("image", derivation(tc.script)))})
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

// How a folder stands to git must not matter.
func TestBuildTakesAFolderHoweverGitSeesIt(t *testing.T) {
	needNix(t)
	for _, tc := range []struct {
		name, folder string
		prepare      func(t *testing.T, repository, folder string)
	}{
		{"tracked", "vm", func(t *testing.T, repository, folder string) { command(t, repository, "git", "add", "vm") }},
		{"tracked, with a space and a hash", "my vm#1", func(t *testing.T, repository, folder string) { command(t, repository, "git", "add", ".") }},
		{"ignored", "vm", func(t *testing.T, repository, folder string) {
			assert.NilError(t, os.WriteFile(filepath.Join(repository, ".gitignore"), []byte("vm\n"), 0o644))
			command(t, repository, "git", "add", ".gitignore")
		}},
		{"not added yet", "vm", func(*testing.T, string, string) {}},
		{"ignored, with a space", "my vm", func(*testing.T, string, string) {}},
		{"another user's repository", "vm", func(t *testing.T, repository, folder string) {
			command(t, repository, "git", "add", "vm")
			command(t, repository, "chown", "-R", "4711:4711", ".")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			repository := t.TempDir()
			command(t, repository, "git", "init", "-q")
			folder := flake(t, filepath.Join(repository, tc.folder), packages("image", derivation(makeFile)))
			tc.prepare(t, repository, folder)
			_, seen, err := built(t, Request{Name: "devel", Flake: folder})
			assert.NilError(t, err, "%s", seen.texts(event.Progress))
		})
	}
}

func TestReferChoosesGitsFilesOnlyWhenTracked(t *testing.T) {
	needNix(t)
	repository := t.TempDir()
	command(t, repository, "git", "init", "-q")
	tracked := flake(t, filepath.Join(repository, "tracked"))
	untracked := flake(t, filepath.Join(repository, "untracked"))
	command(t, repository, "git", "add", "tracked")
	for _, tc := range []struct{ flake, want string }{
		{tracked, "."}, {untracked, "path:."}, {flake(t, t.TempDir()), "path:."}, {"github:owner/name", "github:owner/name"},
	} {
		ref, err := refer(t.Context(), Request{Name: "devel", Flake: tc.flake}, nil)
		assert.NilError(t, err)
		assert.Equal(t, ref.text, tc.want, tc.flake)
		assert.Equal(t, ref.note, "")
	}
	_, err := refer(t.Context(), Request{Name: "devel", Flake: "/nowhere"}, nil)
	assert.Error(t, err, "find flake of image devel: stat /nowhere/flake.nix: no such file or directory")
}

func TestBuildCancelledLeavesNoProcess(t *testing.T) {
	needNix(t)
	marker := rand.Text()
	script := "/bin/sh -c 'sleep 1000' " + marker + " & echo started >&2; wait # " + marker
	folder := flake(t, t.TempDir(), packages("image", derivation(script)))
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	cause := errors.New("interrupted")
	running := false
	_, err := Build(ctx, Request{Name: "devel", Flake: folder}, func(e event.Event) {
		if e.Kind == event.Progress && strings.Contains(e.Text, "> started") {
			running = len(processesWith(t, marker)) > 0
			cancel(cause)
		}
	})
	assert.ErrorIs(t, err, cause)
	assert.Assert(t, running, "the builder was never seen")
	var build *BuildError
	assert.Assert(t, !errors.As(err, &build))
	assert.DeepEqual(t, processesWith(t, marker), []string(nil))
}

// processesWith are the command lines that hold marker.
func processesWith(t *testing.T, marker string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	assert.NilError(t, err)
	var found []string
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil && strings.Contains(string(data), marker) {
			found = append(found, string(data))
		}
	}
	return found
}

func TestBuildWithoutNix(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	defer func(old []string) { nixFolders = old }(nixFolders)
	nixFolders = nil
	_, _, err := Check(t.Context())
	assert.ErrorIs(t, err, ErrNoNix)
	_, err = Build(t.Context(), Request{Name: "devel", Flake: "/x"}, event.Discard)
	assert.ErrorIs(t, err, ErrNoNix)
	assert.ErrorIs(t, AddRoot(t.Context(), "/nix/store/x", "/x"), ErrNoNix)
}
