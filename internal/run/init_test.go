// SPDX-License-Identifier: Apache-2.0

package run

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/image/nixos"
	"vmprov/internal/config"
)

// data gives the test a data folder of its own.
func data(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	t.Setenv("XDG_DATA_HOME", folder)
	return folder
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	assert.NilError(t, err)
	return string(text)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	assert.NilError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestInit(t *testing.T) {
	folder := data(t)
	dir := filepath.Join(t.TempDir(), "configurations", "My VM")
	out, err := Init(t.Context(), InitOptions{Dir: dir, Template: nixos.TemplateLibvirt})
	assert.NilError(t, err)
	library := "path:" + filepath.Join(folder, "vmprov", "library", nixos.Version())
	assert.DeepEqual(t, out, &InitResult{
		Dir: dir, Template: "libvirt", Project: "my-vm", Library: library,
		Files: []string{"flake.nix", "vmprov.yaml", "vmprov.schema.json"},
	})
	assert.DeepEqual(t, names(t, dir), []string{"flake.nix", "vmprov.schema.json", "vmprov.yaml"})

	want, err := nixos.Template("libvirt", library)
	assert.NilError(t, err)
	assert.Equal(t, read(t, dir, "flake.nix"), want)
	assert.Assert(t, strings.Contains(want, `nixos-flake.url = "`+library+`";`))
	assert.Equal(t, read(t, strings.TrimPrefix(library, "path:"), "modules", "user.nix"), read(t, "../../image/nixos/modules/user.nix"))

	file, err := config.Load(dir)
	assert.NilError(t, err)
	assert.Equal(t, file.Project, "my-vm")
	assert.DeepEqual(t, file.Images, map[string]config.Image{"vm": {Flake: dir}})
	assert.Equal(t, len(file.Guests), 1)
	assert.Equal(t, file.Guests[0].Name, "vm")

	// Editors find the schema beside the file.
	first, _, _ := strings.Cut(read(t, dir, "vmprov.yaml"), "\n")
	assert.Equal(t, first, "# yaml-language-server: $schema=./vmprov.schema.json")
	schema, err := config.Schema()
	assert.NilError(t, err)
	assert.Equal(t, read(t, dir, "vmprov.schema.json"), string(schema))
}

// What the new file has in comments is right too.
func TestInitExamplesAreValid(t *testing.T) {
	for _, template := range nixos.Templates() {
		text, err := configurationOf(template, "p", "/vm/vmprov.yaml")
		assert.NilError(t, err)
		commented := regexp.MustCompile(`(?m)^( *)#(\S| {2}-)`)
		whole := commented.ReplaceAllString(text, "$1$2")
		assert.Assert(t, whole != text)
		file, err := config.Parse([]byte(whole), config.Environment{File: "/vm/vmprov.yaml", Owner: config.Owner{Home: "/home/u"}})
		assert.NilError(t, err)
		g := file.Guests[0]
		assert.Equal(t, len(g.Disks), 2)
		assert.Equal(t, len(g.Shares), 1)
		if template == nixos.TemplateImageless {
			assert.DeepEqual(t, *g.Imageless, config.Imageless{Flake: "/vm", Kernel: "/home/u/src/linux", Modules: "/home/u/src/linux/modules", Cmdline: "nokaslr"})
			assert.Equal(t, g.GDB.Port, 1234)
		}
	}
}

func TestInitHere(t *testing.T) {
	data(t)
	dir := filepath.Join(t.TempDir(), "here")
	assert.NilError(t, os.Mkdir(dir, 0o755))
	t.Chdir(dir)
	assert.NilError(t, os.WriteFile("README", nil, 0o644))
	out, err := Init(t.Context(), InitOptions{Dir: ".", Template: nixos.TemplateLibvirt, Project: "mine"})
	assert.NilError(t, err)
	assert.Equal(t, out.Dir, dir)
	assert.Equal(t, out.Project, "mine")
	assert.DeepEqual(t, names(t, "."), []string{"README", "flake.nix", "vmprov.schema.json", "vmprov.yaml"})
}

func TestInitImageless(t *testing.T) {
	data(t)
	dir := t.TempDir()
	out, err := Init(t.Context(), InitOptions{Dir: dir, Template: nixos.TemplateImageless, Project: "kdev"})
	assert.NilError(t, err)
	assert.DeepEqual(t, out.Files, []string{"flake.nix", "vmprov.yaml", "vmprov.schema.json"})
	assert.DeepEqual(t, out.Notes, []string{"the guest boots the kernel ~/src/linux: name your own in vmprov.yaml"})
	assert.Assert(t, strings.Contains(read(t, dir, "flake.nix"), "backends.imageless"))

	file, err := config.Load(dir)
	assert.NilError(t, err)
	assert.Equal(t, len(file.Images), 0)
	assert.Equal(t, len(file.Guests), 1)
	assert.Equal(t, file.Guests[0].Imageless.Flake, dir)
	assert.Assert(t, strings.HasSuffix(file.Guests[0].Imageless.Kernel, "/src/linux"), file.Guests[0].Imageless.Kernel)
}

func TestInitOverwritesNothing(t *testing.T) {
	folder := data(t)
	for _, tc := range []struct {
		name, template string
		there          []string
		want           string
	}{
		{"one", "libvirt", []string{"vmprov.yaml"}, "vmprov.yaml is there already"},
		{"two", "libvirt", []string{"flake.nix", "vmprov.yaml"}, "flake.nix and vmprov.yaml are there already"},
		{"all", "libvirt", []string{"flake.nix", "vmprov.schema.json", "vmprov.yaml"}, "flake.nix, vmprov.yaml and vmprov.schema.json are there already"},
		{"imageless", "imageless", []string{"flake.nix"}, "flake.nix is there already"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range tc.there {
				// A link that leads nowhere counts: writing would follow it.
				assert.NilError(t, os.Symlink("nowhere", filepath.Join(dir, name)))
			}
			_, err := Init(t.Context(), InitOptions{Dir: dir, Template: tc.template, Git: true})
			assert.ErrorContains(t, err, "init "+dir+": "+tc.want+"; nothing was written")
			slices.Sort(tc.there)
			assert.DeepEqual(t, names(t, dir), tc.there)
			_, err = os.Stat(folder)
			assert.ErrorIs(t, err, os.ErrNotExist, "not even the library")
		})
	}
}

// A file that comes in between is no reason to leave half a folder.
func TestInitTakesBackWhatItWrote(t *testing.T) {
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "b"), []byte("mine"), 0o644))
	err := writeNew(dir, []newFile{{"a", []byte("x")}, {"b", []byte("x")}, {"c", nil}})
	assert.ErrorContains(t, err, "file exists")
	assert.DeepEqual(t, names(t, dir), []string{"b"})
	assert.Equal(t, read(t, dir, "b"), "mine")
}

func TestInitWithGit(t *testing.T) {
	_, err := exec.LookPath("git")
	skip.If(t, err != nil, "NOT TESTED: git is not installed")
	data(t)
	// As in a clone of vmprov, which ignores the folder configurations.
	clone := t.TempDir()
	git(t, clone, "init", "--quiet")
	assert.NilError(t, os.WriteFile(filepath.Join(clone, ".gitignore"), []byte(read(t, "../../.gitignore")), 0o644))
	dir := filepath.Join(clone, "configurations", "my-vm")
	_, err = Init(t.Context(), InitOptions{Dir: dir, Template: nixos.TemplateLibvirt, Git: true})
	assert.NilError(t, err)
	assert.Equal(t, git(t, dir, "status", "--short"), "A  flake.nix\nA  vmprov.schema.json\nA  vmprov.yaml\n")
	assert.Equal(t, git(t, clone, "status", "--short"), "?? .gitignore\n")
}

func TestInitWithoutGitWritesNothing(t *testing.T) {
	data(t)
	t.Setenv("PATH", t.TempDir())
	dir := filepath.Join(t.TempDir(), "vm")
	_, err := Init(t.Context(), InitOptions{Dir: dir, Template: nixos.TemplateLibvirt, Git: true})
	assert.ErrorContains(t, err, "git is not installed")
	_, err = os.Stat(dir)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	assert.NilError(t, err, stderr.String())
	return string(out)
}

func TestInitLibrary(t *testing.T) {
	folder := data(t)
	library, err := filepath.Abs("../../image/nixos")
	assert.NilError(t, err)
	for given, want := range map[string]string{
		"../../image/nixos":         "path:" + library,
		library:                     "path:" + library,
		"path:../../image/nixos":    "path:" + library,
		"github:owner/name":         "github:owner/name",
		"git+file:///src?dir=a/b":   "git+file:///src?dir=a/b",
		"path:" + library + "/../.": "",
		"/nowhere":                  "",
		"nixos-flake":               "",
		"~/src":                     "",
	} {
		t.Run(given, func(t *testing.T) {
			dir := t.TempDir()
			out, err := Init(t.Context(), InitOptions{Dir: dir, Template: nixos.TemplateLibvirt, Library: given, Project: "p"})
			if want == "" {
				assert.ErrorContains(t, err, "library")
				assert.DeepEqual(t, names(t, dir), []string(nil))
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, out.Library, want)
			assert.Assert(t, strings.Contains(read(t, dir, "flake.nix"), `nixos-flake.url = "`+want+`";`))
		})
	}
	_, err = os.Stat(folder)
	assert.ErrorIs(t, err, os.ErrNotExist, "nothing is unpacked where another library is named")
}

func TestInitDataFolder(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for xdg, want := range map[string]string{"": home + "/.local/share", "relative": home + "/.local/share", "/data/": "/data"} {
		t.Setenv("XDG_DATA_HOME", xdg)
		got, err := dataFolder()
		assert.NilError(t, err)
		assert.Equal(t, got, want)
	}
	// nix could not be told of it.
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "a b"))
	_, err := Init(t.Context(), InitOptions{Dir: t.TempDir(), Template: nixos.TemplateLibvirt})
	assert.ErrorContains(t, err, "set XDG_DATA_HOME, or name a library with --library")
	t.Setenv("HOME", "")
	t.Setenv("XDG_DATA_HOME", "")
	_, err = dataFolder()
	assert.Assert(t, err != nil)
}

func TestProjectOf(t *testing.T) {
	for dir, want := range map[string]string{
		"/src/my-vm": "my-vm", "/src/My VM": "my-vm", "/src/__x..y__": "x-y", "/src/ext4": "ext4", "/src/ßé": "", "/": "",
		"/" + strings.Repeat("ab-", 30): strings.Repeat("ab-", 13) + "a",
	} {
		got := projectOf(dir)
		assert.Equal(t, got, want, dir)
		if got != "" {
			assert.NilError(t, config.CheckName(got))
			_, err := configurationOf(nixos.TemplateLibvirt, got, "/vm/vmprov.yaml")
			assert.NilError(t, err)
		}
	}
	_, err := Init(t.Context(), InitOptions{Dir: filepath.Join(t.TempDir(), "ß"), Template: nixos.TemplateLibvirt, Library: "github:a/b"})
	assert.ErrorContains(t, err, "name it with --project")
}
