// SPDX-License-Identifier: Apache-2.0

package image

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/internal/event"
)

// These tests run the real nix on flakes of a few lines whose builder is
// /bin/sh and the host's qemu-img. That the builds work at all as root on a
// host without build users is part of what they test.
func needNix(t *testing.T) {
	t.Helper()
	for _, program := range []string{"nix", "nix-store", "git", "qemu-img"} {
		_, err := exec.LookPath(program)
		skip.If(t, err != nil, "NOT TESTED: %s is not installed", program)
	}
	skip.If(t, os.Geteuid() != 0, "NOT TESTED: a build that runs the host's programs needs a store of one's own, so root")
	t.Setenv("NIX_CONFIG", "sandbox = false\nsubstitute = false")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
}

// made are the names of all derivations, for the store to be cleaned at the end.
var made sync.Map

func TestMain(m *testing.M) {
	code := m.Run()
	var paths []string
	made.Range(func(name, _ any) bool {
		found, _ := filepath.Glob("/nix/store/*-" + name.(string) + "*")
		paths = append(paths, found...)
		return true
	})
	// nix leaves the lock of a build that was interrupted; to nix it is no path.
	paths = slices.DeleteFunc(paths, func(path string) bool {
		return strings.HasSuffix(path, ".lock") && os.Remove(path) == nil
	})
	if len(paths) > 0 {
		exec.Command("nix-store", append([]string{"--delete"}, paths...)...).Run()
	}
	os.Exit(code)
}

// system is nix's word for this machine.
func system() string {
	return map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH] + "-linux"
}

// Builders of images.
const (
	makeFile   = `echo making the image >&2; qemu-img create -q -f qcow2 $out 16M`
	makeFolder = `mkdir $out; qemu-img create -q -f qcow2 $out/nixos.qcow2 24M; echo x > $out/other.img`
	makeRaw    = `mkdir $out; qemu-img create -q -f raw $out/disk.raw 8M`
	makeNone   = `mkdir $out; touch $out/README $out/disk.img.zst`
	makeTwo    = `mkdir $out; touch $out/a.img $out/b.qcow2`
	makeNoise  = `i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); done; exit 3`
)

// derivation is a Nix expression that runs script; its name is new each time,
// so that nothing built before answers for it.
func derivation(script string) string {
	name := "vmprov-test-" + rand.Text()[:8]
	made.Store(name, true)
	return fmt.Sprintf(`derivation {
      name = "%s"; system = "%s"; builder = "/bin/sh";
      args = [ "-c" ''export PATH=%s; %s'' ];
    }`, name, system(), os.Getenv("PATH"), script)
}

func packages(attribute, expression string) string {
	return fmt.Sprintf("packages.%s.%s = %s;", system(), attribute, expression)
}

func configuration(expression string) string {
	return fmt.Sprintf("nixosConfigurations.vm.config.system.build.image = %s;", expression)
}

// flake writes a flake with these outputs.
func flake(t *testing.T, folder string, outputs ...string) string {
	t.Helper()
	assert.NilError(t, os.MkdirAll(folder, 0o755))
	text := "{ outputs = { self }: {\n" + strings.Join(outputs, "\n") + "\n}; }\n"
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "flake.nix"), []byte(text), 0o644))
	return folder
}

// events gathers what is emitted.
type events struct {
	mu  sync.Mutex
	all []event.Event
}

func (e *events) sink(ev event.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
}

func (e *events) texts(kind event.Kind) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var texts []string
	for _, ev := range e.all {
		if ev.Kind == kind {
			texts = append(texts, ev.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// built builds r.
func built(t *testing.T, r Request) (Artifact, *events, error) {
	t.Helper()
	var seen events
	a, err := Build(t.Context(), r, seen.sink)
	return a, &seen, err
}

func command(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, "%s", out)
}
