// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/config"
)

// block is a piece of code in docs/nixos.md.
type block struct {
	// mark is the comment before it: run, not run, module, system or flake.
	mark, language, text string
}

var blockForm = regexp.MustCompile("(?ms)(?:^<!-- ([a-z ]+) -->\n)?^```([a-z]+)\n(.*?)^```$")

func document(t *testing.T) (text string, blocks []block) {
	t.Helper()
	data, err := os.ReadFile("../../docs/nixos.md")
	assert.NilError(t, err)
	for _, m := range blockForm.FindAllStringSubmatch(string(data), -1) {
		blocks = append(blocks, block{m[1], m[2], m[3]})
	}
	assert.Assert(t, len(blocks) > 15, "found %d blocks", len(blocks))
	return string(data), blocks
}

// TestDocumentRuns runs the document's commands from the top to the bottom, as
// a reader with a clone of vmprov in ~/src would.
func TestDocumentRuns(t *testing.T) {
	lookPath(t, "bash", "git", "nix", "go")
	home := t.TempDir()
	clone := filepath.Join(home, "src", "vmprov")
	assert.NilError(t, os.MkdirAll(filepath.Join(clone, "image"), 0o755))
	assert.NilError(t, os.CopyFS(filepath.Join(clone, "image", "nixos"), os.DirFS(library(t))))
	ignored, err := os.ReadFile("../../.gitignore")
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(clone, ".gitignore"), ignored, 0o644))
	for _, argv := range [][]string{{"git", "init", "--quiet"}, {"git", "add", "."}} {
		_, err := command(t, clone, argv...)
		assert.NilError(t, err)
	}
	binaries := filepath.Join(home, "bin")
	// With go's own cache, which command would move.
	program := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binaries+"/", "vmprov")
	out, err := program.CombinedOutput()
	assert.NilError(t, err, "%s", out)

	script := "set -euo pipefail\n"
	for _, b := range blocks(t, "run") {
		script += b.text
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir = home
	cmd.Env = []string{
		"HOME=" + home, "PATH=" + binaries + ":" + os.Getenv("PATH"), "XDG_CACHE_HOME=" + cache,
		"NIX_CONFIG=experimental-features = nix-command flakes\nsubstitute = false",
	}
	out, err = cmd.CombinedOutput()
	assert.NilError(t, err, "%s", out)

	for _, path := range []string{
		"my-vm/vmprov.yaml", "my-vm/.git/index", "my-vm/mounts.nix", "from-a-clone/flake.nix", "with-vmprov/flake.nix",
		"by-hand/flake.nix", "kdev/flake.nix", "src/vmprov/configurations/storage/flake.nix", ".local/share/vmprov/library",
	} {
		_, err := os.Stat(filepath.Join(home, path))
		assert.NilError(t, err, "%s", out)
	}
	status, err := command(t, clone, "git", "status", "--short", "--untracked-files")
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(status, "configurations"), "%s", status)
}

// blocks are those with a mark.
func blocks(t *testing.T, mark string) []block {
	t.Helper()
	_, all := document(t)
	var found []block
	for _, b := range all {
		if b.mark == mark {
			found = append(found, b)
		}
	}
	assert.Assert(t, len(found) > 2, "%d blocks are marked %s", len(found), mark)
	return found
}

// TestDocumentSaysWhatIsNotRun: each command is run, or in the list of those
// that are not.
func TestDocumentSaysWhatIsNotRun(t *testing.T) {
	text, all := document(t)
	_, list, found := strings.Cut(text, "\n## What has not been run\n")
	assert.Assert(t, found)
	for _, b := range all {
		if b.language == "sh" {
			assert.Check(t, b.mark == "run" || b.mark == "not run", "neither run nor said not to be:\n%s", b.text)
		}
	}
	for _, b := range blocks(t, "not run") {
		for line := range strings.Lines(b.text) {
			line = strings.TrimSpace(line)
			assert.Check(t, strings.HasPrefix(line, "cd ") || strings.Contains(list, "`"+line+"`"), "not in the list: %s", line)
		}
	}
}

// TestDocumentCode: what the document says in Nix parses, and its modules do
// what the library takes; its configuration is one.
func TestDocumentCode(t *testing.T) {
	_, all := document(t)
	for _, b := range all {
		switch b.language {
		case "nix":
			// A system names what a flake's outputs have as arguments.
			_, err := command(t, ".", "nix-instantiate", "--parse", "-E", "{ nixpkgs, nixos-flake }: "+b.text)
			assert.NilError(t, err)
		case "yaml":
			_, err := config.Parse([]byte(b.text), config.Environment{File: "/vm/vmprov.yaml", Owner: config.Owner{Home: "/home/user"}})
			assert.NilError(t, err)
		}
	}
	nixpkgsLib(t)
	systems := 0
	for _, b := range all {
		expression := map[string]string{
			"system": "(" + b.text + ")",
			"flake":  "((" + b.text + ").outputs { inherit nixpkgs nixos-flake; }).nixosConfigurations.vm",
		}[b.mark]
		if expression != "" {
			systems++
			assert.Equal(t, evaluate(t, expression+".config.system.build.toplevel.name"), "nixos-system-stand-in")
		}
	}
	assert.Equal(t, systems, 3)
	var modules []string
	for _, b := range blocks(t, "module") {
		modules = append(modules, "("+b.text+")")
	}
	got := evaluate(t, "let c = configOf [ backends.libvirt mounts.shares mounts.storage "+strings.Join(modules, " ")+` ]; in {
		mounts = lib.mapAttrs (_: f: f.device) (pick [ "/etc/xdg-host" "/mnt/scratch" "/mnt/home" "/root" ] c.fileSystems);
		xdg = c.environment.variables.XDG_CONFIG_DIRS;
		toplevel = c.system.build.toplevel.name;
	}`)
	assert.DeepEqual(t, got, decode(t, `{
		"mounts": {"/etc/xdg-host": "xdg", "/mnt/home": "home", "/mnt/scratch": "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_scratch", "/root": "overlay"},
		"xdg": "/etc/xdg-host:/etc/xdg", "toplevel": "nixos-system-stand-in"
	}`))
}
