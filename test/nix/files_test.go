// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"encoding/json"
	"fmt"
	iofs "io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/image/nixos"
)

// allNixFiles are the library's Nix files and those of its tests.
func allNixFiles(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, folder := range []string{library(t), "."} {
		for _, file := range nixFiles(t, folder) {
			paths = append(paths, filepath.Join(folder, file))
		}
	}
	return paths
}

func TestParse(t *testing.T) {
	for _, path := range allNixFiles(t) {
		_, err := command(t, ".", "nix-instantiate", "--parse", path)
		assert.Check(t, err)
	}
}

// TestFormat checks of nixfmt's style what can be checked line by line, and all
// of it where nixfmt is installed.
func TestFormat(t *testing.T) {
	for _, path := range allNixFiles(t) {
		text, err := os.ReadFile(path)
		assert.NilError(t, err)
		for _, fault := range formatFaults(string(text)) {
			t.Errorf("%s:%s", path, fault)
		}
	}
	if nixfmt, err := exec.LookPath("nixfmt"); err == nil {
		out, err := exec.CommandContext(t.Context(), nixfmt, append([]string{"--check"}, allNixFiles(t)...)...).CombinedOutput()
		assert.NilError(t, err, "%s", out)
	}
}

func TestFormatFaults(t *testing.T) {
	got := formatFaults("{\n\ta = 1;\n   b = 2; \n\n\n  " + strings.Repeat("c ", 60) + "\n}")
	assert.DeepEqual(t, got, []string{
		"2: tab", "3: blank at the end", "3: indentation of 3", "5: second empty line", "6: blank at the end", "6: longer than 100", "7: no newline at the end",
	})
	assert.Equal(t, len(formatFaults("{\n  a = ''\n     text\n  '';\n}\n")), 0)
}

// formatFaults lists deviations as LINE: WHAT.
func formatFaults(text string) []string {
	var faults []string
	lines := strings.Split(text, "\n")
	inString := false
	for i, line := range lines {
		say := func(what string) { faults = append(faults, fmt.Sprintf("%d: %s", i+1, what)) }
		if strings.Contains(line, "\t") {
			say("tab")
		}
		if strings.HasSuffix(line, " ") {
			say("blank at the end")
		}
		if indent := len(line) - len(strings.TrimLeft(line, " ")); indent%2 != 0 && !inString {
			say(fmt.Sprintf("indentation of %d", indent))
		}
		if line == "" && i > 0 && lines[i-1] == "" && i < len(lines)-1 {
			say("second empty line")
		}
		// nixfmt breaks no string and no comment.
		if len(line) > 100 && !inString && !strings.ContainsAny(line, `"#'`) {
			say("longer than 100")
		}
		if strings.Count(line, "''")%2 == 1 {
			inString = !inString
		}
	}
	if last := len(lines) - 1; lines[last] != "" {
		faults = append(faults, fmt.Sprintf("%d: no newline at the end", last+1))
	}
	return faults
}

// TestLock holds the lock file to the pinned nixpkgs.
func TestLock(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(library(t), "flake.lock"))
	assert.NilError(t, err)
	assert.DeepEqual(t, decode(t, string(text)), decode(t, `{
		"version": 7, "root": "root", "nodes": {
			"root": {"inputs": {"nixpkgs": "nixpkgs"}},
			"nixpkgs": {
				"original": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-26.05"},
				"locked": {
					"type": "github", "owner": "NixOS", "repo": "nixpkgs", "rev": "bd0ff2d3eac24699c3664d5966b9ef36f388e2ca",
					"lastModified": 1780902259, "narHash": "sha256-q8yYEC5f1mFlQO9RGna4LTc9QrcvWunX6FYp83munkQ="
				}
			}
		}
	}`))
}

// TestLockFits: nix takes the lock file as it is, and need not write another.
func TestLockFits(t *testing.T) {
	out, err := command(t, ".", "nix", "flake", "metadata", "--json", "--no-update-lock-file", "path:"+library(t))
	assert.NilError(t, err)
	var metadata struct{ Locks json.RawMessage }
	assert.NilError(t, json.Unmarshal([]byte(out), &metadata))
	text, err := os.ReadFile(filepath.Join(library(t), "flake.lock"))
	assert.NilError(t, err)
	assert.DeepEqual(t, decode(t, string(metadata.Locks)), decode(t, string(text)))
}

// TestEmbedded: the binary has every file of the library; the Go package that
// holds them, with its testdata, lies among them.
func TestEmbedded(t *testing.T) {
	count := 0
	err := iofs.WalkDir(os.DirFS(library(t)), ".", func(path string, d iofs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == "testdata", path == configurations:
			return iofs.SkipDir
		case d.IsDir() || filepath.Ext(path) == ".go":
			return nil
		}
		count++
		want, err := os.ReadFile(filepath.Join(library(t), path))
		if err != nil {
			return err
		}
		got, err := nixos.Library.ReadFile(path)
		assert.Check(t, err)
		assert.Check(t, string(got) == string(want), "%s", path)
		return nil
	})
	assert.NilError(t, err)
	assert.Assert(t, count > 30)
}

// TestReadmeNamesPackages: each package of the library has its row.
func TestReadmeNamesPackages(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(library(t), "README.md"))
	assert.NilError(t, err)
	for _, folder := range []string{"pkgs", "overlays"} {
		for _, file := range nixFiles(t, filepath.Join(library(t), folder)) {
			name := strings.TrimSuffix(file, ".nix")
			assert.Check(t, name == "default" || strings.Contains(string(text), "\n| `"+name+"` | "), "%s", name)
		}
	}
}

// TestOverlayArguments: nix flake check takes only overlays of these names.
func TestOverlayArguments(t *testing.T) {
	folder := filepath.Join(library(t), "overlays")
	for _, file := range nixFiles(t, folder) {
		text, err := os.ReadFile(filepath.Join(folder, file))
		assert.NilError(t, err)
		assert.Check(t, regexp.MustCompile(`(?m)^(  default = )?final: prev:`).Match(text), "%s", file)
	}
}

// TestVendorHash computes what buildGoModule fetches anew; -update writes it
// down. It changes with every package of a dependency that is newly imported, so
// it is held only where the library is checked in full.
func TestVendorHash(t *testing.T) {
	nixpkgsLib(t)
	vendor := filepath.Join(t.TempDir(), "vendor")
	cmd := exec.CommandContext(t.Context(), "go", "mod", "vendor", "-o", vendor)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, "%s", out)
	hash, err := command(t, ".", "nix", "hash", "path", "--sri", vendor)
	assert.NilError(t, err)
	golden.Assert(t, hash, filepath.Join(library(t), "pkgs", "vmprov-vendor-hash"))
}
